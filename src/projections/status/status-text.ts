import type { DeadLetter } from '../dead-letter.js';
import type { ProjectionStatus } from './projection-status.js';

/** A status as JSON has it: positions as strings of digits. */
export function statusJson(status: ProjectionStatus): object {
  return JSON.parse(
    JSON.stringify(status, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ) as object;
}

/** A status as lines for the operator. */
export function statusLines(status: ProjectionStatus): string[] {
  const { projection, kind, state, head, checkpoint, refused, lastError, stoppedBy, rebuild } = status;
  const follows = kind === 'projection' ? 'projects it' : 'runs it';
  return [
    `${projection}: ${kind === 'reactor' ? 'reactor, ' : ''}${state}, ${lagText(status)}`,
    `  head ${head}, checkpoint ${checkpoint}, ${status.projected ? 'a' : 'no'} process ${follows}`,
    ...versionLines(status),
    ...(refused === null ? [] : [`  ${refused}`]),
    ...(lastError === null ? [] : [`  last error (${lastError.at}): ${lastError.error}`]),
    ...(stoppedBy === null ? [] : stopLines(stoppedBy)),
    ...(rebuild === null
      ? []
      : [`  rebuild ${rebuild.running ? 'under way' : 'interrupted'}: its copy is at ${rebuild.checkpoint}`]),
    ...status.skipped.map(
      ({ stream, revision, type, at, actor, reason, error }) =>
        `  skips ${stream}@${revision} (${type}): ${reason} [${actor.id}, ${at}; it failed with ${error}]`,
    ),
  ];
}

function lagText({ lag: { events, more, seconds } }: ProjectionStatus): string {
  if (events === 0) return 'up to date';
  return `${more ? 'more than ' : ''}${events} events behind, the oldest ${seconds} s old`;
}

function versionLines({ version, refused }: ProjectionStatus): string[] {
  if (version === null) return [];
  const { tables, program } = version;
  const isAwaited = tables < program && refused === null;
  return [`  tables of version ${tables}${isAwaited ? `, to be rebuilt to version ${program}` : ''}`];
}

function stopLines({ stream, revision, type, position, error, attempts, failedAt }: DeadLetter): string[] {
  return [
    `  stopped by ${stream}@${revision} (${type}) at position ${position} on ${failedAt}, after ${attempts} attempts`,
    `    ${error}`,
    '    upheld projections resume tries it again; upheld projections skip --reason TEXT leaves it out for ever',
  ];
}

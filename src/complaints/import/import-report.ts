import { printedReference } from '../case-reference.js';
import type { ImportSummary } from './import-history.js';
import type { ImportProblem } from './import-problem.js';

/** A problem as one line for people: `decisions.csv:17 decided_on: must be … (19 007 429 not stored)`. */
export function problemLine({ file, line, column, message, reference }: ImportProblem): string {
  const place = file === null ? 'a case' : `${file}:${line ?? ''}`;
  const where = column === null ? place : `${place} ${column}`;
  const whose = reference === null ? '' : ` (${printedReference(reference)} not stored)`;
  return `${where}: ${message}${whose}`;
}

const number = new Intl.NumberFormat('en-GB');

/** What an import did, as lines for people. */
export function summaryLines(summary: ImportSummary): string[] {
  const { dryRun, aborted, files, cases, events, problems } = summary;
  const become = (count: number) => (dryRun ? 'would be' : count === 1 ? 'was' : 'were');
  const lines = files.map(({ file, rows, ignoredColumns }) => {
    const unused = ignoredColumns.length === 0 ? '' : `; columns not used: ${ignoredColumns.join(', ')}`;
    return `${file}: ${counted(rows, 'row')}${unused}`;
  });
  lines.push(
    `${counted(cases.added, 'case')} ${become(cases.added)} added and ${number.format(cases.extended)} extended, ` +
      `with ${counted(events, 'event')}; ${number.format(cases.unchanged)} had been stored already.`,
  );
  if (problems > 0) {
    lines.push(
      `${counted(problems, 'problem')}: ${counted(cases.refused, 'case')} ${become(cases.refused)} left out. ` +
        'Correct the lines named and import the same files again; what is stored is skipped.',
    );
  }
  if (aborted) lines.push('Stopped before the end. Run the same import again to complete it.');
  return lines;
}

function counted(count: number, noun: string): string {
  return `${number.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Problems that `--json` lists in full; beyond them only the count grows. */
export const LISTED_PROBLEMS = 1_000;

/**
 * What an import did, as JSON for `--json`.
 * @param listed the first {@link LISTED_PROBLEMS} problems.
 */
export function summaryJson(summary: ImportSummary, listed: readonly ImportProblem[]): object {
  const { dryRun, aborted, files, cases, events, known, position, problems } = summary;
  return {
    dryRun,
    aborted,
    files,
    cases,
    events,
    known,
    position: position?.toString() ?? null,
    problems: { count: problems, listed: listed.slice(0, LISTED_PROBLEMS) },
  };
}

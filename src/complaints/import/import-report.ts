import { printedReference } from '../case-reference.js';
import type { ImportSummary } from './import-history.js';
import type { ImportProblem } from './import-problem.js';

/** A problem as one line for people: `decisions.csv:17 decided_on: must be … (19 007 429 not stored)`. */
export function problemLine({ file, line, column, message, reference }: ImportProblem): string {
  const row = file === null ? 'a case' : `${file}:${line ?? ''}`;
  const cell = column === null ? row : `${row} ${column}`;
  const consequence = reference === null ? '' : ` (${printedReference(reference)} not stored)`;
  return `${cell}: ${message}${consequence}`;
}

const number = new Intl.NumberFormat('en-GB');

/** What an import did, as lines for people. */
export function summaryLines(summary: ImportSummary): string[] {
  const { dryRun, aborted, files, cases, events, problems } = summary;
  const lines = files.map(({ file, rows, ignoredColumns }) => {
    const ignored = ignoredColumns.length === 0 ? '' : `; columns not used: ${ignoredColumns.join(', ')}`;
    return `${file}: ${counted(rows, 'row')}${ignored}`;
  });
  lines.push(
    `${counted(cases.added, 'case')} ${dryRun ? 'would be' : wasOrWere(cases.added)} added and ${number.format(cases.extended)} extended, ` +
      `with ${counted(events, 'event')}; ${number.format(cases.unchanged)} had been stored already.`,
  );
  if (problems > 0) {
    lines.push(
      `${counted(problems, 'problem')}: ${counted(cases.refused, 'case')} ` +
        `${dryRun ? 'would not be' : `${wasOrWere(cases.refused)} not`} stored. ` +
        'Correct these lines and import the same files again; rows stored already are skipped.',
    );
  }
  if (aborted) lines.push('Stopped before the end. Run the same import again to complete it.');
  return lines;
}

function wasOrWere(count: number): string {
  return count === 1 ? 'was' : 'were';
}

function counted(count: number, noun: string): string {
  return `${number.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Problems that `--json` lists; further ones are only counted. */
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

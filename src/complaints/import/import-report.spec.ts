import { REFERENCE } from '../../../test/support/complaints.js';
import { position } from '../../event-store/position.js';
import { importExitCode, type ImportSummary } from './import-history.js';
import type { ImportProblem } from './import-problem.js';
import { LISTED_PROBLEMS, problemLine, summaryJson, summaryLines } from './import-report.js';

const PROBLEM: ImportProblem = {
  file: 'decisions.csv',
  line: 17,
  column: 'decided_on',
  code: 'invalid-cell',
  message: 'must be a calendar date, YYYY-MM-DD',
  reference: REFERENCE,
};

const SUMMARY: ImportSummary = {
  dryRun: false,
  aborted: false,
  files: [
    { file: 'decisions.csv', rows: 20_000, ignoredColumns: ['officer', 'notes'] },
    { file: 'compliance.csv', rows: 1, ignoredColumns: [] },
  ],
  cases: { added: 18_500, extended: 1, unchanged: 1_499, refused: 0 },
  events: 81_000,
  known: 4_000,
  position: position('81367'),
  problems: 0,
};

describe('a problem', () => {
  it('is printed with file, line, column, reason and case', () => {
    expect(problemLine(PROBLEM)).toBe(
      'decisions.csv:17 decided_on: must be a calendar date, YYYY-MM-DD (19 007 429 not stored)',
    );
  });

  it('is printed without a column when the whole row is bad, and without a case when none could be read', () => {
    expect(problemLine({ ...PROBLEM, column: null, message: 'has 3 cells', reference: null })).toBe(
      'decisions.csv:17: has 3 cells',
    );
  });

  it('is printed as one of a case when that came from no file', () => {
    expect(problemLine({ ...PROBLEM, file: null, line: null })).toBe(
      'a case decided_on: must be a calendar date, YYYY-MM-DD (19 007 429 not stored)',
    );
  });
});

describe('the closing summary', () => {
  it('counts rows, cases and events', () => {
    expect(summaryLines(SUMMARY)).toEqual([
      'decisions.csv: 20,000 rows; columns not used: officer, notes',
      'compliance.csv: 1 row',
      '18,500 cases were added and 1 extended, with 81,000 events; 1,499 had been stored already.',
    ]);
  });

  it('says what a dry run would have stored', () => {
    const lines = summaryLines({
      ...SUMMARY,
      dryRun: true,
      problems: 1,
      cases: { ...SUMMARY.cases, refused: 1 },
    });
    expect(lines.slice(2)).toEqual([
      '18,500 cases would be added and 1 extended, with 81,000 events; 1,499 had been stored already.',
      '1 problem: 1 case would not be stored. Correct these lines and import the same files again; rows stored already are skipped.',
    ]);
  });

  it('uses the singular for one', () => {
    const cases = { added: 1, extended: 0, unchanged: 0, refused: 1 };
    const lines = summaryLines({ ...SUMMARY, files: [], cases, events: 1, problems: 2 });
    expect(lines[0]).toBe('1 case was added and 0 extended, with 1 event; 0 had been stored already.');
    expect(lines[1]).toContain('2 problems: 1 case was not stored.');
  });

  it('says how to complete an import that was stopped', () => {
    expect(summaryLines({ ...SUMMARY, aborted: true }).at(-1)).toBe(
      'Stopped before the end. Run the same import again to complete it.',
    );
  });

  it('lists the first problems as JSON and counts all of them', () => {
    const many = Array.from({ length: LISTED_PROBLEMS + 5 }, (_, line) => ({ ...PROBLEM, line }));
    const json = summaryJson({ ...SUMMARY, problems: many.length }, many);
    expect(JSON.parse(JSON.stringify(json))).toMatchObject({
      cases: { added: 18_500, extended: 1, unchanged: 1_499, refused: 0 },
      position: '81367',
      problems: {
        count: LISTED_PROBLEMS + 5,
        listed: { length: LISTED_PROBLEMS, 1: { ...PROBLEM, line: 1 } },
      },
    });
  });
});

describe('the exit code', () => {
  it.each([
    [{}, 0],
    [{ problems: 1 }, 4],
    [{ aborted: true }, 4],
  ])('of %j is %i', (over, code) => {
    expect(importExitCode({ ...SUMMARY, ...over })).toBe(code);
  });
});

import type { CaseHistory } from './case-history.js';
import type { CaseRow } from './case-rows.js';
import type { RowFault } from './csv/row-fault.js';
import type { ImportPaths, RowLocation } from './import-file.js';
import { problemAt, type ImportProblem } from './import-problem.js';
import { MAX_CASE_ROWS, type StagedCase, type StagedRow } from './import-staging.js';

/**
 * Puts the rows of one case together. A row that repeats another is a problem even when both say the same. With
 * any bad row the case is incomplete, and nothing of it is stored (design 4).
 */
export function assembleCase(
  { reference, rows, excess }: StagedCase,
  paths: ImportPaths,
): { history: CaseHistory; problems: readonly ImportProblem[] } {
  const locationOf = ({ kind, line }: StagedRow): RowLocation => ({ path: paths[kind] ?? kind, line });
  const problems: ImportProblem[] = [];
  const accepted: { row: CaseRow; location: RowLocation }[] = [];
  const firstLines = new Map<string, number>();
  for (const staged of rows) {
    if (staged.row === null) continue;
    const { key, duplicate } = identityOf(staged.row);
    const firstLine = firstLines.get(key);
    if (firstLine === undefined) {
      firstLines.set(key, staged.line);
      accepted.push({ row: staged.row, location: locationOf(staged) });
    } else {
      const fault = { ...duplicate, message: `is already in line ${firstLine}` };
      problems.push(problemAt(locationOf(staged), reference, fault));
    }
  }
  if (excess !== null) problems.push(problemAt(locationOf(excess), reference, TOO_MANY_LINES));
  const history = {
    reference,
    ...accepted
      .flatMap(({ row, location }) => (row.kind === 'decisions' ? [decisionAt(row, location)] : []))
      .at(0),
    recommendations: accepted.flatMap(({ row, location }) =>
      row.kind === 'recommendations' ? [{ ...row.recommendation, location }] : [],
    ),
    checks: accepted.flatMap(({ row, location }) =>
      row.kind === 'compliance' ? [{ ...row.check, location }] : [],
    ),
    incomplete: problems.length > 0 || accepted.length < rows.length,
  };
  return { history, problems };
}

function decisionAt(
  { received, decision }: Extract<CaseRow, { kind: 'decisions' }>,
  location: RowLocation,
): Pick<CaseHistory, 'received' | 'decision'> {
  return {
    received: { ...received, location },
    decision: { ...decision, location },
  };
}

const TOO_MANY_LINES: RowFault = {
  column: 'reference',
  code: 'too-many-lines',
  message: `is the reference of more than ${MAX_CASE_ROWS} lines, the most a case may have`,
};

/** What a row of a case records, and the fault of a second row with the same key. */
function identityOf(row: CaseRow): { key: string; duplicate: Omit<RowFault, 'message'> } {
  switch (row.kind) {
    case 'decisions':
      return { key: 'decision', duplicate: { column: 'reference', code: 'duplicate-reference' } };
    case 'recommendations':
      return {
        key: `recommendation ${row.recommendation.recommendation}`,
        duplicate: { column: 'recommendation', code: 'duplicate-recommendation' },
      };
    case 'compliance': {
      const { recommendation, result, actionOn, checkedOn } = row.check;
      return {
        key: ['check', recommendation, result, actionOn ?? '', checkedOn].join(' '),
        duplicate: { column: null, code: 'duplicate-check' },
      };
    }
    default:
      return row satisfies never;
  }
}

import type { CaseHistory } from './case-history.js';
import type { CaseRow } from './case-rows.js';
import { problemAt, type ImportFault, type ImportFile, type ImportProblem } from './import-problem.js';
import { MAX_CASE_ROWS, type StagedCase, type StagedRow } from './import-staging.js';

/** The files of an import as they were named. */
export type FileNames = Readonly<Partial<Record<ImportFile, string>>>;

/**
 * Makes one case of its rows. A row told twice is a fault even where it says the same; with a row at fault
 * nothing of the case is stored (design 4).
 */
export function assembleCase(
  { reference, rows, excess }: StagedCase,
  names: FileNames,
): { caseFile: CaseHistory; problems: readonly ImportProblem[] } {
  const sourceOf = ({ file, line }: StagedRow) => ({ file: names[file] ?? file, line });
  const problems: ImportProblem[] = [];
  const told: { row: CaseRow; source: { file: string; line: number } }[] = [];
  const lines = new Map<string, number>();
  for (const staged of rows) {
    if (staged.row === null) continue;
    const { key, twice } = identityOf(staged.row);
    const earlier = lines.get(key);
    if (earlier === undefined) {
      lines.set(key, staged.line);
      told.push({ row: staged.row, source: sourceOf(staged) });
    } else {
      const fault = { ...twice, message: `stands in line ${earlier} already` };
      problems.push(problemAt(sourceOf(staged), reference, fault));
    }
  }
  if (excess !== null) problems.push(problemAt(sourceOf(excess), reference, TOO_MANY_LINES));
  const caseFile = {
    reference,
    ...told.flatMap(({ row, source }) => (row.file === 'decisions' ? [decisionAt(row, source)] : [])).at(0),
    recommendations: told.flatMap(({ row, source }) =>
      row.file === 'recommendations' ? [{ ...row.made, source }] : [],
    ),
    checks: told.flatMap(({ row, source }) =>
      row.file === 'compliance' ? [{ ...row.checked, source }] : [],
    ),
    incomplete: problems.length > 0 || told.length < rows.length,
  };
  return { caseFile, problems };
}

function decisionAt(
  { received, decision }: Extract<CaseRow, { file: 'decisions' }>,
  source: { file: string; line: number },
): Pick<CaseHistory, 'received' | 'decision'> {
  return {
    received: { ...received, source },
    decision: { ...decision, source },
  };
}

const TOO_MANY_LINES: ImportFault = {
  column: 'reference',
  code: 'too-many-lines',
  message: `is the case of more than ${MAX_CASE_ROWS} lines, which is more than the rules allow`,
};

/** By what two rows of one case are the same, and what is wrong when they are. */
function identityOf(row: CaseRow): { key: string; twice: Omit<ImportFault, 'message'> } {
  switch (row.file) {
    case 'decisions':
      return { key: 'decision', twice: { column: 'reference', code: 'duplicate-reference' } };
    case 'recommendations':
      return {
        key: `recommendation ${row.made.recommendation}`,
        twice: { column: 'recommendation', code: 'duplicate-recommendation' },
      };
    case 'compliance': {
      const { recommendation, result, actionOn, checkedOn } = row.checked;
      return {
        key: ['check', recommendation, result, actionOn ?? '', checkedOn].join(' '),
        twice: { column: null, code: 'duplicate-check' },
      };
    }
    default:
      return row satisfies never;
  }
}

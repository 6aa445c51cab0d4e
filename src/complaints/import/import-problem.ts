import type { CaseReference } from '../case-reference.js';
import type { RowFault } from './csv/row-fault.js';
import type { RowLocation } from './import-file.js';

/** One reason why a case was not stored, as `--json` prints it. */
export type ImportProblem = RowFault &
  Readonly<{
    /** The path of the file; null for a case that came from no file. */
    file: string | null;
    line: number | null;
    /** The case of which nothing was stored; null when the reference could not be read. */
    reference: CaseReference | null;
  }>;

/** The problem that a fault at some place makes for a case. */
export function problemAt(
  location: RowLocation | undefined,
  reference: CaseReference | null,
  { column, code, message }: RowFault,
): ImportProblem {
  return { file: location?.path ?? null, line: location?.line ?? null, reference, column, code, message };
}

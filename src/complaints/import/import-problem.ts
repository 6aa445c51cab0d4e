import { NotFound, type DomainRefusal } from '../../platform/errors.js';
import type { CaseReference } from '../case-reference.js';

/** The files of bulk history, in the order they are read (design 4). */
export const IMPORT_FILES = ['decisions', 'recommendations', 'compliance'] as const;
export type ImportFile = (typeof IMPORT_FILES)[number];

/** Where something was read: the file as it was named, and the physical line at which its record begins, from 1. */
export type RowSource = Readonly<{ file: string; line: number }>;

/** What is wrong with a cell or a line, whatever file it stands in. */
export type ImportFault = Readonly<{
  /** The CSV column at fault; null when it is the whole line. */
  column: string | null;
  /** Stable, kebab-case. */
  code: string;
  message: string;
}>;

/** One reason why something was not stored. */
export type ImportProblem = ImportFault &
  Readonly<{
    /** Null for a case that came from no file. */
    file: string | null;
    line: number | null;
    /** The case of which nothing was stored; null when the reference could not be read. */
    reference: CaseReference | null;
  }>;

/** A fault where it stands. */
export function problemAt(
  source: RowSource | undefined,
  reference: CaseReference | null,
  { column, code, message }: ImportFault,
): ImportProblem {
  return { file: source?.file ?? null, line: source?.line ?? null, reference, column, code, message };
}

/** What `decide` refused, told in the words of the file: its columns, not the command's fields. */
export function faultOf(error: DomainRefusal | NotFound): ImportFault {
  const { code, message } = error;
  if (error instanceof NotFound) {
    return { column: code === 'complaint-not-found' ? 'reference' : 'recommendation', code, message };
  }
  if (error.field === undefined) return { column: null, code, message };
  const named = `${error.field} `;
  return {
    column: columnOf(error.field),
    code,
    message: message.startsWith(named) ? message.slice(named.length) : message,
  };
}

/** `decidedOn` is told by the column `decided_on`; a finding begins at `remedy`. */
function columnOf(field: string): string {
  return field === 'finding' ? 'remedy' : field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

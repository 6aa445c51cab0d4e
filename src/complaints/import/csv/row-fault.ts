/** What is wrong with a row. */
export type RowFault = Readonly<{
  /** The invalid column, as the file's header names it; null when the whole row is invalid. */
  column: string | null;
  /** Stable, kebab-case. */
  code: string;
  message: string;
}>;

/** What is wrong with a row. */
export type RowFault = Readonly<{
  /** The column at fault, as the file's header names it; null when it is the whole row. */
  column: string | null;
  /** Stable, kebab-case. */
  code: string;
  message: string;
}>;

/** The three files of bulk history, in the order in which they are read (design 4). */
export const IMPORT_FILE_KINDS = ['decisions', 'recommendations', 'compliance'] as const;
export type ImportFileKind = (typeof IMPORT_FILE_KINDS)[number];

/** The path of each file to import, as the caller gave it. */
export type ImportPaths = Readonly<Partial<Record<ImportFileKind, string>>>;

/** Where a row begins: the path of its file and the physical line, from 1. */
export type RowLocation = Readonly<{ path: string; line: number }>;

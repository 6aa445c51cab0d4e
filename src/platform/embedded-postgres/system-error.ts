/** The code of an error of the operating system or the database (`ENOENT`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  // Not by `instanceof`: errors of the system may come from another realm than this code (in Jest they do).
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Turns the named codes of the operating system into undefined; any other error is thrown on. */
export async function unless<T>(codes: readonly string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** The code of an error of the operating system or the database (`ENOENT`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  // Not by `instanceof`: an error of the system may come from another realm than this code, as it does in Jest.
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The result of some work; undefined where it fails with one of these error codes. Any other error is thrown. */
export async function ignoreErrors<T>(codes: readonly string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

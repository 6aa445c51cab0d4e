const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The names in double braces in a text, in order: `authority` for `{{authority}}`. */
export function placeholdersIn(text: string): string[] {
  return Array.from(text.matchAll(PLACEHOLDER), ([, name = '']) => name);
}

/**
 * The text with each placeholder replaced by its value. Braces inside a value stay as they are.
 * @throws RangeError naming the placeholder that has no value.
 */
export function fillPlaceholders(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new RangeError(`there is no value for the placeholder {{${name}}}`);
    return value;
  });
}

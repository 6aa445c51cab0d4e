import { readFile } from 'node:fs/promises';
import { InvalidInput } from '../../platform/errors.js';
import { parseLetterProse, type LetterProse } from './letter-prose.js';

const SHIPPED = new URL('./letter-template.md', import.meta.url);

/**
 * The letters' general prose: of the template shipped with the application, or of one's own.
 * @throws InvalidInput when the file cannot be read as UTF-8 text, or is no template.
 */
export async function readLetterProse(file: string | URL = SHIPPED): Promise<LetterProse> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInput(`the letter template cannot be read: ${reason}`);
  }
  return parseLetterProse(text);
}

import { readFile } from 'node:fs/promises';
import { InvalidInput } from '../../platform/errors.js';
import type { LetterProse } from '../model/letter-prose.js';
import { parseLetterTemplate } from '../model/parse-letter-template.js';
import { parseParagraphFile, type CouncilParagraphs } from '../paragraphs/paragraph-file.js';

const SHIPPED_TEMPLATE = new URL('./letter-template.md', import.meta.url);

/**
 * The letters' general prose, from a template file or, without one, from the template shipped with the application.
 * @throws InvalidInput when the file cannot be read as UTF-8 text or is no template.
 */
export async function readLetterProse(file: string | URL = SHIPPED_TEMPLATE): Promise<LetterProse> {
  return parseLetterTemplate(await readText(file, 'the letter template'));
}

/**
 * The councils' own paragraphs from a file; none without a file.
 * @throws InvalidInput when the file cannot be read as UTF-8 text or has a line out of place.
 */
export async function readCouncilParagraphs(file: string | undefined): Promise<CouncilParagraphs> {
  return file === undefined ? new Map() : parseParagraphFile(await readText(file, file));
}

async function readText(file: string | URL, name: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInput(`${name} cannot be read: ${reason}`);
  }
}

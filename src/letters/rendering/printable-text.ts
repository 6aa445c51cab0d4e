import { DomainRefusal } from '../../platform/errors.js';
import { readingOrder, type LetterModel } from '../model/letter-model.js';
import { hasGlyph } from './typeface.js';

// With invisible, directional or unassigned characters a letter would look different from its text.
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** The characters of a text that a letter cannot print, each once: `U+1F600 😀`, or the number alone if invisible. */
export function unprintableCharacters(text: string): string[] {
  const found = [...new Set(text)].filter((character) => INVISIBLE.test(character) || !hasGlyph(character));
  return found.map((character) => {
    const number = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return INVISIBLE.test(character) ? number : `${number} ${character}`;
  });
}

/**
 * Refuses a letter with a character that its typeface lacks. The PDF would drop it or print a box, and so differ from
 * the HTML and the text.
 * @throws DomainRefusal `unprintable-character` naming the first such text and its characters.
 */
export function refuseUnprintable(model: LetterModel): void {
  for (const text of [model.title, ...readingOrder(model)]) {
    const characters = unprintableCharacters(text);
    if (characters.length === 0) continue;
    throw new DomainRefusal(
      'unprintable-character',
      `the letter to ${model.authority.code} has characters that cannot be printed: ` +
        `${characters.slice(0, 5).join(', ')} (in "${excerpt(text)}")`,
    );
  }
}

function excerpt(text: string): string {
  const visible = text.replaceAll(new RegExp(INVISIBLE, 'gu'), '');
  return visible.length <= 60 ? visible : `${visible.slice(0, 60).toWellFormed()}…`;
}

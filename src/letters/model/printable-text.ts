import { DomainRefusal } from '../../platform/errors.js';
import { readingOrder, type LetterModel } from './letter-model.js';
import { hasGlyph } from '../rendering/typeface.js';

// Invisible, directional and unassigned characters would make a letter read otherwise than it looks.
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** The characters of a text that a letter cannot print, each once, as `U+1F600 😀`; invisible ones by number. */
export function unprintableCharacters(text: string): string[] {
  const found = [...new Set(text)].filter((character) => INVISIBLE.test(character) || !hasGlyph(character));
  return found.map((character) => {
    const number = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return INVISIBLE.test(character) ? number : `${number} ${character}`;
  });
}

/**
 * A letter is one text in three forms, so a character that its typeface lacks is refused: dropped or boxed in
 * the PDF it would say something else there than in the HTML.
 * @throws DomainRefusal `unprintable-character` naming the first text concerned and its characters.
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

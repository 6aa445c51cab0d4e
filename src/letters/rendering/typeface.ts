import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The styles of Source Sans 3 (OFL) that letters use. */
const STYLES = ['400Regular', '600SemiBold'];

const require = createRequire(import.meta.url);

/** The font files shipped with the application, so that letters do not depend on the fonts of the machine. */
export function letterFonts(): Buffer[] {
  return STYLES.map((style) =>
    readFileSync(require.resolve(`@expo-google-fonts/source-sans-3/${style}/SourceSans3_${style}.ttf`)),
  );
}

let characters: ReadonlySet<number> | undefined;

/** Whether the letters' typeface has a glyph for a character. All its styles have the same glyphs. */
export function hasGlyph(character: string): boolean {
  characters ??= charactersOf(letterFonts()[0] ?? Buffer.alloc(0));
  return characters.has(character.codePointAt(0) ?? -1);
}

/**
 * The code points that a TrueType font maps to a glyph, read from format 12 of its `cmap` table.
 * @throws Error when the font has no such table.
 */
function charactersOf(font: Buffer): ReadonlySet<number> {
  const cmap = tableAt(font, 'cmap');
  for (let entry = 0; entry < font.readUInt16BE(cmap + 2); entry += 1) {
    const subtable = cmap + font.readUInt32BE(cmap + 4 + entry * 8 + 4);
    if (font.readUInt16BE(subtable) !== 12) continue;
    const characters = new Set<number>();
    for (let group = 0; group < font.readUInt32BE(subtable + 12); group += 1) {
      const at = subtable + 16 + group * 12;
      const last = font.readUInt32BE(at + 4);
      for (let code = font.readUInt32BE(at); code <= last; code += 1) characters.add(code);
    }
    return characters;
  }
  throw new Error('the font of the letters has no character map of format 12');
}

function tableAt(font: Buffer, tag: string): number {
  for (let entry = 0; entry < font.readUInt16BE(4); entry += 1) {
    const at = 12 + entry * 16;
    if (font.toString('latin1', at, at + 4) === tag) return font.readUInt32BE(at + 8);
  }
  throw new Error(`the font of the letters has no table ${tag}`);
}

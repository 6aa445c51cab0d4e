import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The cuts of Source Sans 3 (OFL) the letters are set in; the template uses no other. */
const CUTS = ['400Regular', '600SemiBold'];

const require = createRequire(import.meta.url);

/** The font files shipped with the application, so that no letter depends on the fonts of a machine. */
export function letterFonts(): Buffer[] {
  return CUTS.map((cut) =>
    readFileSync(require.resolve(`@expo-google-fonts/source-sans-3/${cut}/SourceSans3_${cut}.ttf`)),
  );
}

let coverage: ReadonlySet<number> | undefined;

/** Whether the letters' typeface has a glyph for a character; all its cuts have the same. */
export function hasGlyph(character: string): boolean {
  coverage ??= charactersOf(letterFonts()[0] ?? Buffer.alloc(0));
  return coverage.has(character.codePointAt(0) ?? -1);
}

/**
 * The code points a TrueType font maps to a glyph, from the groups of its `cmap` table's format 12.
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

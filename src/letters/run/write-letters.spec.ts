import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BLABY, REDDITCH, WORCESTERSHIRE, letterOf } from '../../../test/support/letters.js';
import { renderHtml } from '../rendering/render-html.js';
import { renderPdf } from '../rendering/render-pdf.js';
import { renderText } from '../rendering/render-text.js';
import {
  letterFileStem,
  writeLetters,
  type FailedLetter,
  type PdfRenderer,
  type WrittenLetter,
} from './write-letters.js';
import type { LetterModel } from '../model/letter-model.js';

/** Renders in this thread. */
const renderer: PdfRenderer = {
  workers: 2,
  render: (model) =>
    new Promise((resolve) => {
      resolve(renderPdf(model));
    }),
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upheld-letters-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(models: LetterModel[], into = folder): Promise<(WrittenLetter | FailedLetter)[]> {
  const results: (WrittenLetter | FailedLetter)[] = [];
  for await (const result of writeLetters(models, into, renderer)) results.push(result);
  return results;
}

describe('writing letters', () => {
  it('creates the folder, and in it a PDF, an HTML and a text file of each letter with their digests', async () => {
    const models = [await letterOf(BLABY), await letterOf(WORCESTERSHIRE)];
    const into = join(folder, 'new', 'letters');
    const results = await write(models, into);

    expect(results.map((result) => result.model)).toEqual(models);
    const files = results.flatMap((result) => ('files' in result ? result.files : []));
    expect(files.map((file) => file.name)).toEqual([
      'E07000129-blaby-district-council-2019-20.pdf',
      'E07000129-blaby-district-council-2019-20.html',
      'E07000129-blaby-district-council-2019-20.txt',
      'E10000034-worcestershire-county-council-2019-20.pdf',
      'E10000034-worcestershire-county-council-2019-20.html',
      'E10000034-worcestershire-county-council-2019-20.txt',
    ]);
    expect((await readdir(into)).sort()).toEqual(files.map((file) => file.name).sort());
    for (const { name, bytes, sha256 } of files) {
      const content = await readFile(join(into, name));
      expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
    }
    const [pdf, html, text] = await Promise.all(
      files.slice(0, 3).map((file) => readFile(join(into, file.name))),
    );
    expect(pdf?.equals(renderPdf(await letterOf(BLABY)))).toBe(true);
    expect(html?.toString()).toBe(renderHtml(await letterOf(BLABY)));
    expect(text?.toString()).toBe(renderText(await letterOf(BLABY)));
  });

  it('overwrites files with the same bytes when it is run again', async () => {
    const models = [await letterOf(BLABY)];
    const first = await write(models);
    await writeFile(join(folder, 'E07000129-blaby-district-council-2019-20.txt'), 'spoilt');
    expect(await write(models)).toEqual(first);
    expect(await readFile(join(folder, 'E07000129-blaby-district-council-2019-20.txt'), 'utf8')).toMatch(
      /^Local/,
    );
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('gives the reason why a letter cannot be written and writes the others, in the order given', async () => {
    const results = await write([
      await letterOf(BLABY),
      await letterOf(WORCESTERSHIRE, { paragraphs: ['🙏'] }),
      await letterOf(REDDITCH),
    ]);
    expect(results.map((result) => ('error' in result ? result.error.message : 'written'))).toEqual([
      'written',
      expect.stringContaining('the letter to E10000034 has characters that cannot be printed: U+1F64F 🙏'),
      'written',
    ]);
    expect(await readdir(folder)).toHaveLength(6);
  });

  it('fails where the folder cannot be written to, and leaves no part of a file', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    await expect(write([await letterOf(BLABY)], file)).rejects.toThrow(/EEXIST/);

    // A folder stands where the text should go: the rename fails after the content was written.
    const blocked = join(folder, 'E07000129-blaby-district-council-2019-20.txt', 'x');
    await write([await letterOf(BLABY)], blocked);
    await expect(write([await letterOf(BLABY), await letterOf(REDDITCH)])).rejects.toThrow(
      /EISDIR|ENOTEMPTY/,
    );
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('stops when its reader stops early', async () => {
    const models = await Promise.all(
      Array.from({ length: 12 }, (_, index) => letterOf({ ...BLABY, code: `E070001${index + 10}` })),
    );
    for await (const result of writeLetters(models, folder, renderer)) {
      expect('files' in result).toBe(true);
      break;
    }
    const names = await readdir(folder);
    expect(names.length).toBeLessThan(36);
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('the name of a letter’s files', () => {
  it.each([
    [
      "King's Lynn and West Norfolk Borough Council",
      'E07000129-kings-lynn-and-west-norfolk-borough-council-2019-20',
    ],
    ['Café & Co. / ../etc', 'E07000129-cafe-and-co-etc-2019-20'],
    ['Γειά', 'E07000129-2019-20'],
    ['x'.repeat(300), `E07000129-${'x'.repeat(80)}-2019-20`],
  ])('has letters, digits and dashes only: %s', async (name, stem) => {
    expect(letterFileStem(await letterOf({ ...BLABY, name }))).toBe(stem);
  });
});

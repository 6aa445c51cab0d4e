import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInput } from '../../platform/errors.js';
import { readCouncilParagraphs, readLetterProse } from './input-files.js';

describe('the shipped template', () => {
  it('defines the three rates between the statistics heading and the own paragraphs', async () => {
    const { before, after } = await readLetterProse();
    expect(before.flatMap((block) => (block.kind === 'heading' ? [block.text] : []))).toEqual([
      'Complaint statistics',
    ]);
    const terms = before.flatMap((block) => (block.kind === 'definitions' ? block.entries : []));
    expect(terms.map(({ term }) => term)).toEqual([
      'Complaints upheld',
      'Compliance with recommendations',
      'Satisfactory remedies',
    ]);
    expect(after[0]).toMatchObject({ kind: 'heading', text: expect.stringMatching(/^Resources/) as string });
  });

  it('names the date of publication and is signed by the Ombudsman', async () => {
    const { before, signatory } = await readLetterProse();
    expect(JSON.stringify(before)).toContain('{{publishedOn}}');
    expect(signatory).toEqual([
      'Michael King',
      'Local Government and Social Care Ombudsman',
      'Chair, Commission for Local Administration in England',
    ]);
  });
});

describe('a file that cannot be read', () => {
  it('is refused as a template, with the reason', async () => {
    await expect(readLetterProse('/nonexistent/letter.md')).rejects.toThrow(
      /^the letter template cannot be read: .*ENOENT/,
    );
  });

  it('is refused as a file of own paragraphs, with its name and the reason', async () => {
    await expect(readCouncilParagraphs('/nonexistent/own.txt')).rejects.toThrow(
      /^\/nonexistent\/own.txt cannot be read: .*ENOENT/,
    );
    expect(await readCouncilParagraphs(undefined)).toEqual(new Map());
  });

  it('is refused where it is not UTF-8', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'upheld-letters-'));
    try {
      const file = join(folder, 'own.txt');
      await writeFile(file, Buffer.from('# E07000129\n\ncaf\xe9\n', 'latin1'));
      await expect(readCouncilParagraphs(file)).rejects.toThrow(InvalidInput);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

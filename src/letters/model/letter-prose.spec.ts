import { InvalidInput } from '../../platform/errors.js';
import { parseLetterProse } from './letter-prose.js';
import { readLetterProse } from './template-file.js';

const FRAME = {
  head: '# An Ombudsman',
  slot: '{{ownParagraphs}}',
  end: '---\nYours,\n\nA Person\nAn Office',
};

function template(body: string): string {
  return [FRAME.head, body, FRAME.slot, FRAME.end].join('\n\n');
}

function faultsOf(text: string): string[] {
  try {
    parseLetterProse(text);
  } catch (error) {
    if (error instanceof InvalidInput)
      return error.faults.map((fault) => `${fault.pointer}: ${fault.detail}`);
    throw error;
  }
  return [];
}

describe('a letter template', () => {
  it('has headings, paragraphs, terms and bullets, before and after the own paragraphs', () => {
    const prose = parseLetterProse(
      '# An Ombudsman\nFirst\nline.\n\n## A heading\n**One**: first\nterm\n\n**Two** – second\n\n' +
        '{{ownParagraphs}}\n\n- a\n- b\n  goes on\n\nLast.\n\n---\n\nYours,\n\nA Person\nAn Office\n',
    );
    expect(prose).toEqual({
      letterhead: 'An Ombudsman',
      before: [
        { kind: 'paragraph', text: 'First line.' },
        { kind: 'heading', text: 'A heading' },
        {
          kind: 'definitions',
          entries: [
            { term: 'One', text: 'first term' },
            { term: 'Two', text: 'second' },
          ],
        },
      ],
      after: [
        { kind: 'list', items: ['a', 'b goes on'] },
        { kind: 'paragraph', text: 'Last.' },
      ],
      closing: 'Yours,',
      signatory: ['A Person', 'An Office'],
    });
  });

  it('reads the same with a byte order mark and the line ends of Windows', () => {
    const text = template('A paragraph.');
    expect(parseLetterProse(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(parseLetterProse(text));
  });

  it('prints no comment, and counts its lines', () => {
    expect(faultsOf(template('<!-- {{nothing}}\n\n# no -->\n\n{{nonsense}}'))).toEqual([
      expect.stringContaining('line 7: unknown placeholder {{nonsense}}'),
    ]);
  });

  it('names an unknown placeholder, its line and the known ones', () => {
    const read = () => parseLetterProse(template('Dear {{council}}'));
    expect(read).toThrow(InvalidInput);
    expect(read).toThrow(
      'the letter template, line 3: unknown placeholder {{council}}; known are authority, reportingYear, ' +
        'yearBeginning, yearEnding, letterDate, publishedOn',
    );
  });

  it.each([
    ['### deep heading'],
    ['some *emphasis*'],
    ['text with **bold** inside'],
    ['[a link](somewhere)'],
    ['> a quotation'],
    ['1. numbered'],
    ['| a | table |'],
    ['`code`'],
    ['<b>markup</b>'],
    ['- a bullet with <i>markup</i>'],
  ])('refuses what it would print as typed: %s', (body) => {
    expect(faultsOf(template(body))).toEqual([expect.stringMatching(/^line 3: only headings/)]);
  });

  it('must have a letterhead, one place for the own paragraphs, a closing and a signatory', () => {
    expect(faultsOf('Text.')).toEqual([
      'line 1: a closing and a signatory must follow a line ---',
      'line 1: the template must begin with its letterhead, # Name',
      'line 1: {{ownParagraphs}} must stand once, on a line of its own between blank lines',
    ]);
    expect(faultsOf(template('{{ownParagraphs}}'))).toEqual([
      'line 5: {{ownParagraphs}} must stand once, on a line of its own between blank lines',
    ]);
    expect(faultsOf(template('Text {{ownParagraphs}} text.'))).toEqual([
      expect.stringContaining('line 3: unknown placeholder {{ownParagraphs}}'),
    ]);
    expect(faultsOf('')).toHaveLength(3);
  });
});

describe('the shipped template', () => {
  it('defines the three rates between its statistics heading and the own paragraphs', async () => {
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

  it('tells when the data is published and is signed by the Ombudsman', async () => {
    const { before, signatory } = await readLetterProse();
    expect(JSON.stringify(before)).toContain('{{publishedOn}}');
    expect(signatory).toEqual([
      'Michael King',
      'Local Government and Social Care Ombudsman',
      'Chair, Commission for Local Administration in England',
    ]);
  });
});

describe('a template file of one’s own', () => {
  it('that is not there is refused with the reason', async () => {
    await expect(readLetterProse('/nonexistent/letter.md')).rejects.toThrow(
      /^the letter template cannot be read: .*ENOENT/,
    );
  });
});

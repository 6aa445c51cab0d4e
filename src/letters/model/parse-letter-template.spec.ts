import { InvalidInput } from '../../platform/errors.js';
import { parseLetterTemplate } from './parse-letter-template.js';

const FRAME = {
  head: '# An Ombudsman',
  ownParagraphs: '{{ownParagraphs}}',
  end: '---\nYours,\n\nA Person\nAn Office',
};

function template(body: string): string {
  return [FRAME.head, body, FRAME.ownParagraphs, FRAME.end].join('\n\n');
}

function faultsOf(text: string): string[] {
  try {
    parseLetterTemplate(text);
  } catch (error) {
    if (error instanceof InvalidInput)
      return error.faults.map((fault) => `${fault.pointer}: ${fault.detail}`);
    throw error;
  }
  return [];
}

describe('a letter template', () => {
  it('has headings, paragraphs, terms and bullets before and after the own paragraphs', () => {
    const prose = parseLetterTemplate(
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

  it('parses the same with a byte order mark and Windows line ends', () => {
    const text = template('A paragraph.');
    expect(parseLetterTemplate(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(parseLetterTemplate(text));
  });

  it('may have comments, whose lines count', () => {
    expect(faultsOf(template('<!-- {{nothing}}\n\n# no -->\n\n{{nonsense}}'))).toEqual([
      expect.stringContaining('line 7: unknown placeholder {{nonsense}}'),
    ]);
  });

  it('with an unknown placeholder is refused, naming it, its line and the known ones', () => {
    const parse = () => parseLetterTemplate(template('Dear {{council}}'));
    expect(parse).toThrow(InvalidInput);
    expect(parse).toThrow(
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
  ])('with Markdown that would be printed as typed is refused: %s', (body) => {
    expect(faultsOf(template(body))).toEqual([expect.stringMatching(/^line 3: only headings/)]);
  });

  it('needs a letterhead, one place for the own paragraphs, a closing and a signatory', () => {
    expect(faultsOf('Text.')).toEqual([
      'line 1: a closing and a signatory must follow a line ---',
      'line 1: the template must begin with its letterhead, # Name',
      'line 1: {{ownParagraphs}} must appear once, on a line of its own between blank lines',
    ]);
    expect(faultsOf(template('{{ownParagraphs}}'))).toEqual([
      'line 5: {{ownParagraphs}} must appear once, on a line of its own between blank lines',
    ]);
    expect(faultsOf(template('Text {{ownParagraphs}} text.'))).toEqual([
      expect.stringContaining('line 3: unknown placeholder {{ownParagraphs}}'),
    ]);
    expect(faultsOf('')).toHaveLength(3);
  });
});

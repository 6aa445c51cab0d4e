import { InvalidInput } from '../../platform/errors.js';
import { parseParagraphFile } from './paragraph-file.js';

describe('a file of own paragraphs', () => {
  it('gives each council its paragraphs in order, separated by blank lines', () => {
    const text = '# E10000034\n\nOne goes\non here.\n\nTwo, #not a code.\n\n# E07000129\nThree.\n';
    const expected = [
      ['E10000034', ['One goes on here.', 'Two, #not a code.']],
      ['E07000129', ['Three.']],
    ];
    expect([...parseParagraphFile(text)]).toEqual(expected);
    expect([...parseParagraphFile(`\uFEFF${text.replaceAll('\n', '\r\n')}`)]).toEqual(expected);
    expect([...parseParagraphFile('\n')]).toEqual([]);
  });

  it('is refused with every line that is out of place', () => {
    expect(() => parseParagraphFile('Lost words.\n# Blaby\nx\n# E07000129\n# E07000129\n')).toThrow(
      new InvalidInput(
        'the file of own paragraphs, line 1: a line with # and the code of a council must come first',
      ),
    );
    let faults: unknown;
    try {
      parseParagraphFile('Lost words.\n# Blaby\nx\n# E07000129\n# E07000129\n');
    } catch (error) {
      faults = error instanceof InvalidInput && error.faults.map((fault) => fault.pointer);
    }
    expect(faults).toEqual(['line 1', 'line 2', 'line 5']);
  });
});

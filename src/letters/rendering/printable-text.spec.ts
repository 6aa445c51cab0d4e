import { BLABY, letterOf } from '../../../test/support/letters.js';
import { DomainRefusal } from '../../platform/errors.js';
import { refuseUnprintable, unprintableCharacters } from './printable-text.js';

describe('a printable text', () => {
  it('may have Latin, Greek and Cyrillic letters and typographic marks', () => {
    expect(
      unprintableCharacters('Naïve café, Łódź, Ŵyŵ, Γειά, Привет – “quoted” £4,200 €5 ½ … #$\\<>'),
    ).toEqual([]);
  });

  it('has no character that the typeface lacks', () => {
    expect(unprintableCharacters('שלום 😀😀')).toEqual([
      'U+05E9 ש',
      'U+05DC ל',
      'U+05D5 ו',
      'U+05DD ם',
      'U+1F600 😀',
    ]);
  });

  it('has no invisible or directional character; these are named by number only', () => {
    expect(unprintableCharacters('a\u202Eb\u200Bc\u00ADd\u2028e\u0007')).toEqual([
      'U+202E',
      'U+200B',
      'U+00AD',
      'U+2028',
      'U+0007',
    ]);
  });

  it('is refused in a letter, naming the characters and quoting the text without invisible ones', async () => {
    const model = await letterOf(BLABY, { paragraphs: [`Thank you \u202E🙏 ${'x'.repeat(100)}`] });
    expect(() => {
      refuseUnprintable(model);
    }).toThrow(
      new DomainRefusal(
        'unprintable-character',
        'the letter to E07000129 has characters that cannot be printed: U+202E, U+1F64F 🙏 ' +
          `(in "Thank you 🙏 ${'x'.repeat(47)}…")`,
      ),
    );
  });
});

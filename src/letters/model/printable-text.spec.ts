import { BLABY, letterOf } from '../../../test/support/letters.js';
import { DomainRefusal } from '../../platform/errors.js';
import { refuseUnprintable, unprintableCharacters } from './printable-text.js';

describe('a printable text', () => {
  it('may be of the Latin, Greek and Cyrillic scripts, with the marks of print', () => {
    expect(
      unprintableCharacters('Naïve café, Łódź, Ŵyŵ, Γειά, Привет – “quoted” £4,200 €5 ½ … #$\\<>'),
    ).toEqual([]);
  });

  it('has no characters that the typeface lacks', () => {
    expect(unprintableCharacters('שלום 😀😀')).toEqual([
      'U+05E9 ש',
      'U+05DC ל',
      'U+05D5 ו',
      'U+05DD ם',
      'U+1F600 😀',
    ]);
  });

  it('has no invisible or directional characters, which are named by number only', () => {
    expect(unprintableCharacters('a\u202Eb\u200Bc\u00ADd\u2028e\u0007')).toEqual([
      'U+202E',
      'U+200B',
      'U+00AD',
      'U+2028',
      'U+0007',
    ]);
  });

  it('in a letter is refused with the characters and where they stand, nothing invisible repeated', async () => {
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

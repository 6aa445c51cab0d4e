import { boundedText } from './bounded-text.js';

const accepts = (text: string) => boundedText(10).safeParse(text).success;

describe('bounded text', () => {
  it('is trimmed before its length is checked', () => {
    expect(boundedText(10).parse('  ten chars   ')).toBe('ten chars');
    expect(accepts('x'.repeat(10))).toBe(true);
    expect(accepts('x'.repeat(11))).toBe(false);
  });

  it('may have several lines, tabs and characters of any script', () => {
    expect(accepts('a\r\nb\tc')).toBe(true);
    expect(accepts('ŵ 漢 🏛')).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['white space alone', ' \n '],
    ['a NUL', 'a\u0000b'],
    ['an escape', 'a\u001b[2J'],
    ['a delete', 'a\u007fb'],
    ['a C1 control', 'a\u0085b'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('refuses %s', (_, text) => {
    expect(accepts(text)).toBe(false);
  });
});

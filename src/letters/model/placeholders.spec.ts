import { fillPlaceholders, placeholdersIn } from './placeholders.js';

describe('placeholders', () => {
  it('are replaced anywhere in the text, with or without spaces inside the braces', () => {
    expect(fillPlaceholders('{{a}}, {{ b }} and {{a}}', { a: 'one', b: 'two' })).toBe('one, two and one');
  });

  it('are not replaced inside a value', () => {
    expect(fillPlaceholders('{{a}}', { a: '{{b}} $& $1', b: 'no' })).toBe('{{b}} $& $1');
  });

  it.each(['nonsense', 'constructor', ''])('without a value are refused by name: "%s"', (name) => {
    expect(() => fillPlaceholders(`x {{${name}}}`, { a: '1' })).toThrow(
      `there is no value for the placeholder {{${name}}}`,
    );
  });

  it('are listed in order', () => {
    expect(placeholdersIn('{{b}} {a} {{ a }} }} {{b}}')).toEqual(['b', 'a', 'b']);
  });
});

import { doughnutRing } from './doughnut.js';

const colours = { share: 'dark', rest: 'light' };

/** The end of the arc in units from the centre, x to the right and y upwards, and whether the arc is the longer one. */
function arcOf(percent: number) {
  const match = /M56 8A48 48 0 ([01]) 1 ([\d.]+) ([\d.]+)"/.exec(doughnutRing(percent, colours));
  return match && { long: match[1] === '1', x: Number(match[2]) - 56, y: 56 - Number(match[3]) };
}

describe('a doughnut', () => {
  it('fills its share clockwise from the top', () => {
    expect(arcOf(25)).toEqual({ long: false, x: 48, y: 0 });
    expect(arcOf(50)).toEqual({ long: false, x: 0, y: -48 });
    expect(arcOf(75)).toEqual({ long: true, x: -48, y: 0 });
  });

  it('is a full ring at 0 and at 100, where an arc would vanish', () => {
    expect(doughnutRing(0, colours)).toBe(
      '<circle cx="56" cy="56" r="48" fill="none" stroke="light" stroke-width="15"/>',
    );
    expect(doughnutRing(100, colours)).toBe(
      '<circle cx="56" cy="56" r="48" fill="none" stroke="dark" stroke-width="15"/>',
    );
  });

  it('shows 1% and 99% as slivers on their own side', () => {
    expect(arcOf(1)?.x).toBeGreaterThan(0);
    expect(arcOf(99)?.x).toBeLessThan(0);
  });
});

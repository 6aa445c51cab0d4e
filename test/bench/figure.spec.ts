import { figureTable, limitFigure, rateFigure } from './figure.js';

describe('the table of figures', () => {
  const half = { achieved: [50, 49, 51], bound: [100, 90, 110] };

  it('compares the median of a rate with the median of its bound', () => {
    expect(rateFigure('import', half, 'events', 0.5)).toEqual({
      what: 'import',
      achieved: '50 events/s',
      bound: '100 events/s',
      ratio: '50%',
      target: '>= 50%',
      reached: true,
    });
  });

  it('shows a target above the bound as a multiple', () => {
    const { ratio, target, reached } = rateFigure('commands', half, 'commands', 4);
    expect({ ratio, target, reached }).toEqual({ ratio: '0.5x', target: '>= 4.0x', reached: false });
  });

  it('never rounds a ratio up to its target', () => {
    const { ratio, reached } = rateFigure('import', { achieved: [4999], bound: [10_000] }, 'events', 0.5);
    expect({ ratio, reached }).toEqual({ ratio: '49%', reached: false });
  });

  it('counts a value equal to the limit as a miss', () => {
    expect(limitFigure('lag', 100, 100, 'ms').reached).toBe(false);
    expect(limitFigure('lag', 99.94, 100, 'ms')).toMatchObject({ achieved: '99.9 ms', reached: true });
  });

  it('ends each line with its verdict, in words used nowhere else', () => {
    const lines = figureTable([
      rateFigure('import', half, 'events', 0.5),
      limitFigure('lag', 120, 100, 'ms'),
    ]);
    expect(lines.map((line) => /\b(ok|below target)\b/g.exec(line)?.[0])).toEqual([
      undefined,
      undefined,
      'ok',
      'below target',
    ]);
    expect(lines[2]).toMatch(/^import +50 events\/s +100 events\/s +50% +>= 50% {2}ok$/);
    expect(lines[3]).toMatch(/^lag +120 ms +- +- +< 100 ms {2}below target$/);
  });
});

import { textTable } from '../../src/platform/cli/text-table.js';
import { median, type PairedRates } from './samples.js';

/** One line of the table: a measurement, its bound and its target. */
export type Figure = Readonly<{
  what: string;
  achieved: string;
  bound: string;
  ratio: string;
  target: string;
  reached: boolean;
}>;

/** A rate and its bound, both per second. The target is a multiple of the bound: 0.5 is half of it, 4 four times. */
export function rateFigure(
  what: string,
  { achieved, bound }: PairedRates,
  unit: string,
  target: number,
): Figure {
  const rates = { achieved: median(achieved), bound: median(bound) };
  const ratio = rates.achieved / rates.bound;
  const shown = target > 1 ? times : percent;
  return {
    what,
    achieved: `${whole(rates.achieved)} ${unit}/s`,
    bound: `${whole(rates.bound)} ${unit}/s`,
    ratio: shown(ratio),
    target: `>= ${shown(target)}`,
    reached: ratio >= target,
  };
}

/** A measurement that must stay below a limit in the same unit; it has no bound. */
export function limitFigure(what: string, achieved: number, limit: number, unit: string): Figure {
  return {
    what,
    achieved: `${short(achieved)} ${unit}`,
    bound: '-',
    ratio: '-',
    target: `< ${short(limit)} ${unit}`,
    reached: achieved < limit,
  };
}

/** The figures as a table. Each line ends with its verdict, `ok` or `below target`, which appears nowhere else in it. */
export function figureTable(figures: readonly Figure[]): string[] {
  return textTable(
    [
      { title: 'what' },
      { title: 'achieved', align: 'right' },
      { title: 'bound', align: 'right' },
      { title: 'ratio', align: 'right' },
      { title: 'target', align: 'right' },
      { title: '' },
    ],
    figures.map(({ what, achieved, bound, ratio, target, reached }) => [
      what,
      achieved,
      bound,
      ratio,
      target,
      reached ? 'ok' : 'below target',
    ]),
  );
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

/** Three significant digits: more would be noise. */
function short(value: number): string {
  return value < 100 ? String(Number(value.toPrecision(3))) : whole(value);
}

/** Rounded down, so that a missed target never looks reached. */
function percent(ratio: number): string {
  return `${Math.floor(ratio * 100 + 1e-9)}%`;
}

function times(ratio: number): string {
  return `${(Math.floor(ratio * 10 + 1e-9) / 10).toFixed(1)}x`;
}

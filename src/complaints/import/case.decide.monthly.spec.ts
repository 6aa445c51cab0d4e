import fc from 'fast-check';
import { recommendationRow, UPHELD_CASE } from '../../../test/support/case-histories.js';
import { CIRCUMSTANCES, day } from '../../../test/support/complaints.js';
import { evolve } from '../complaint.js';
import type { Complaint } from '../complaint.state.js';
import type { CaseHistory } from './case-history.js';
import { decideCase } from './case.decide.js';
import { problemLine } from './import-report.js';

/** A whole case, and for each of its parts the month (0, 1, 2 …) in which it is first imported. */
const monthlyHistories = fc
  .array(
    fc.record({
      firstMonth: fc.nat(3),
      checks: fc.array(fc.record({ monthsLater: fc.nat(2), daysLater: fc.nat(20) }), { maxLength: 3 }),
      complies: fc.boolean(),
    }),
    { maxLength: 4 },
  )
  .map((plan) => {
    const parts = plan.flatMap(({ firstMonth, checks, complies }, index) => {
      const id = `r${index + 1}`;
      let month = firstMonth;
      let date = 1;
      return [
        { month, recommendation: { ...recommendationRow(id, index + 2), location: undefined } },
        ...checks.map(({ monthsLater, daysLater }, place) => {
          month += monthsLater;
          date += daysLater;
          const checkedOn = day(new Date(Date.UTC(2020, 0, date)).toISOString().slice(0, 10));
          const isComplied = complies && place === checks.length - 1;
          const check: CaseHistory['checks'][number] = isComplied
            ? { recommendation: id, result: 'complied', actionOn: day('2019-11-30'), checkedOn }
            : { recommendation: id, result: 'not-complied', checkedOn };
          return { month, check };
        }),
      ];
    });
    const months = Math.max(0, ...parts.map(({ month }) => month));
    const between = (from: number, to: number): CaseHistory => {
      const chosen = parts.filter(({ month }) => month >= from && month <= to);
      return {
        ...UPHELD_CASE,
        recommendations: chosen.flatMap((part) => ('recommendation' in part ? [part.recommendation] : [])),
        checks: chosen.flatMap((part) => ('check' in part ? [part.check] : [])),
      };
    };
    return { months, between };
  });

function imported(histories: readonly CaseHistory[]): Complaint {
  let state: Complaint | null = null;
  for (const history of histories) {
    const decided = decideCase(state, history, CIRCUMSTANCES);
    if ('problems' in decided) throw new Error(decided.problems.map(problemLine).join('\n'));
    state = decided.events.reduce<Complaint | null>(evolve, state);
  }
  if (state === null) throw new Error('nothing was imported');
  const order = state.recommendations.toSorted((a, b) => (a.recommendation < b.recommendation ? -1 : 1));
  return { ...state, recommendations: order };
}

describe('a history imported month by month', () => {
  it('ends as it does imported at once, whether a file holds one month or all months so far', () => {
    fc.assert(
      fc.property(monthlyHistories, fc.array(fc.boolean()), ({ months, between }, cumulative) => {
        const monthly = Array.from({ length: months + 1 }, (_, month) =>
          between(cumulative[month] === true ? 0 : month, month),
        );
        expect(imported(monthly)).toEqual(imported([between(0, months)]));
      }),
    );
  });

  it('is not changed when any month is imported again', () => {
    fc.assert(
      fc.property(monthlyHistories, fc.nat(10), ({ months, between }, again) => {
        const state = imported([between(0, months)]);
        const month = again % (months + 1);
        expect(decideCase(state, between(month, month), CIRCUMSTANCES)).toMatchObject({ events: [] });
      }),
    );
  });
});

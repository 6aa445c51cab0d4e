import fc from 'fast-check';
import {
  BLABY,
  checked,
  CIRCUMSTANCES,
  day,
  decided,
  received,
  recommended,
  REFERENCE,
  upheldWith,
} from '../../../test/support/complaints.js';
import type { ComplaintEvent } from '../complaint.events.js';
import { evolve, type Complaint } from '../complaint.js';
import { recordCase, type CaseHistory } from './case-history.js';
import { problemLine } from './import-report.js';

const decisions = (line: number) => ({ file: 'decisions.csv', line });
const recommendations = (line: number) => ({ file: 'recommendations.csv', line });
const compliance = (line: number) => ({ file: 'compliance.csv', line });

const UPHELD: CaseHistory = {
  reference: REFERENCE,
  received: {
    authority: BLABY.code,
    subject: 'Housing',
    receivedOn: day('2019-05-01'),
    source: decisions(2),
  },
  decision: {
    outcome: 'upheld',
    decidedOn: day('2019-09-02'),
    finding: { injustice: true, remedy: 'recommended' },
    source: decisions(2),
  },
  recommendations: [made('r1', 5)],
  checks: [],
};

function made(recommendation: string, line: number): CaseHistory['recommendations'][number] {
  return {
    recommendation,
    kind: 'personal',
    category: 'Apology',
    text: 'Apologise.',
    dueOn: day('2019-12-02'),
    source: recommendations(line),
  };
}

const notComplied = (line: number, checkedOn = '2020-01-10'): CaseHistory['checks'][number] => ({
  recommendation: 'r1',
  result: 'not-complied',
  checkedOn: day(checkedOn),
  source: compliance(line),
});

const complied = (line: number, checkedOn = '2020-03-10'): CaseHistory['checks'][number] => ({
  recommendation: 'r1',
  result: 'complied',
  actionOn: day('2020-01-20'),
  checkedOn: day(checkedOn),
  source: compliance(line),
});

function record(history: readonly ComplaintEvent[], caseFile: CaseHistory, over = {}) {
  const existing = history.reduce<Complaint | null>(evolve, null);
  return recordCase(existing, caseFile, { ...CIRCUMSTANCES, ...over });
}

function problemsOf(history: readonly ComplaintEvent[], caseFile: CaseHistory, over = {}): string[] {
  const verdict = record(history, caseFile, over);
  if (!('problems' in verdict)) throw new Error('expected problems');
  return verdict.problems.map(problemLine);
}

describe('a case told by bulk history', () => {
  it('becomes the events the API would have recorded, in their order', () => {
    expect(record([], { ...UPHELD, checks: [complied(2)] })).toEqual({
      events: [...upheldWith(1), checked('r1', '2020-01-20', '2020-03-10')],
      known: 0,
    });
  });

  it('records checks by their date, whatever the order of the lines', () => {
    expect(record([], { ...UPHELD, checks: [complied(2), notComplied(3)] })).toEqual({
      events: [
        ...upheldWith(1),
        checked('r1', null, '2020-01-10'),
        checked('r1', '2020-01-20', '2020-03-10'),
      ],
      known: 0,
    });
  });

  it('is skipped where all of it is recorded, a cure with its first check', () => {
    const caseFile = { ...UPHELD, checks: [notComplied(2), complied(3)] };
    const first = record([], caseFile);
    expect(record('events' in first ? first.events : [], caseFile)).toEqual({ events: [], known: 5 });
  });

  it('is skipped even where the record knows what no file has a column for', () => {
    const history: ComplaintEvent[] = [
      received(),
      decided('upheld'),
      { type: 'FindingUpheld', data: { injustice: true, remedy: 'recommended', summary: 'Delay.' } },
      recommended(),
      {
        type: 'ComplianceChecked',
        data: {
          recommendation: 'r1',
          result: 'complied',
          actionOn: day('2020-01-20'),
          checkedOn: day('2020-03-10'),
          evidence: 'A letter.',
        },
      },
    ];
    expect(record(history, { ...UPHELD, checks: [complied(2)] })).toEqual({ events: [], known: 4 });
  });

  it('adds to a stored case what is new about it, and only that', () => {
    const monthly = { ...UPHELD, recommendations: [made('r1', 2), made('r2', 3)], checks: [complied(2)] };
    expect(record(upheldWith(1), monthly)).toEqual({
      events: [recommended('r2'), checked('r1', '2020-01-20', '2020-03-10')],
      known: 3,
    });
  });

  it('may come without its decision when it is stored', () => {
    const checksAlone = { reference: REFERENCE, recommendations: [], checks: [complied(2)] };
    expect(record(upheldWith(1), checksAlone)).toEqual({
      events: [checked('r1', '2020-01-20', '2020-03-10')],
      known: 0,
    });
  });

  it('cures a recorded not-complied by a later check', () => {
    const history = [...upheldWith(1), checked('r1', null, '2020-01-10')];
    const cure = { reference: REFERENCE, recommendations: [], checks: [complied(2)] };
    expect(record(history, cure)).toEqual({
      events: [checked('r1', '2020-01-20', '2020-03-10')],
      known: 0,
    });
  });
});

describe('a case told otherwise than it is recorded', () => {
  it.each<[string, Partial<CaseHistory>, string]>([
    [
      'another subject',
      { received: { authority: BLABY.code, subject: 'Planning', receivedOn: day('2019-05-01') } },
      'a case subject: the record has "Housing" here (19 007 429 not stored)',
    ],
    [
      'another day of decision',
      {
        decision: {
          outcome: 'upheld',
          decidedOn: day('2019-09-03'),
          finding: { injustice: true, remedy: 'recommended' },
          source: decisions(2),
        },
      },
      'decisions.csv:2 decided_on: the record has "2019-09-02" here (19 007 429 not stored)',
    ],
    [
      'a reason the record has not',
      {
        decision: {
          outcome: 'upheld',
          reason: 'fault found',
          decidedOn: day('2019-09-02'),
          finding: { injustice: true, remedy: 'recommended' },
          source: decisions(2),
        },
      },
      'decisions.csv:2 reason: the record has nothing here (19 007 429 not stored)',
    ],
    [
      'another remedy',
      {
        decision: {
          outcome: 'upheld',
          decidedOn: day('2019-09-02'),
          finding: { injustice: true, remedy: 'already-provided' },
          source: decisions(2),
        },
      },
      'decisions.csv:2 remedy: the record has "recommended" here (19 007 429 not stored)',
    ],
    [
      'another due date under the same id',
      { recommendations: [{ ...made('r1', 5), dueOn: day('2020-01-02') }] },
      'recommendations.csv:5 due_on: the record has "2019-12-02" here (19 007 429 not stored)',
    ],
  ])('is refused for %s', (_, part, problem) => {
    expect(problemsOf(upheldWith(1), { ...UPHELD, ...part })).toEqual([problem]);
  });

  it('is refused for a complied check with another day of action', () => {
    const history = [...upheldWith(1), checked('r1', '2020-01-19', '2020-03-10')];
    expect(problemsOf(history, { ...UPHELD, checks: [complied(9)] })).toEqual([
      'compliance.csv:9: complied was recorded as checked on 2020-03-10; it can only be corrected (19 007 429 not stored)',
    ]);
  });

  it('is refused for a check after complied, which only a correction may change', () => {
    const history = [...upheldWith(1), checked('r1', '2019-11-30', '2019-12-10')];
    expect(problemsOf(history, { ...UPHELD, checks: [notComplied(9)] })).toEqual([
      'compliance.csv:9: complied was recorded as checked on 2019-12-10; it can only be corrected (19 007 429 not stored)',
    ]);
  });
});

describe('a case the rules refuse', () => {
  it('names the column at fault as the file has it', () => {
    const early = { ...UPHELD, received: { ...UPHELD.received, receivedOn: day('2019-10-01') } as never };
    expect(problemsOf([], early)).toEqual([
      'decisions.csv:2 decided_on: 2019-09-02 is before the complaint was received, 2019-10-01 (19 007 429 not stored)',
    ]);
  });

  it('is told all that is wrong with it, each fault once', () => {
    const caseFile: CaseHistory = {
      ...UPHELD,
      recommendations: [{ ...made('r1', 5), dueOn: day('2019-01-01') }],
      checks: [
        { recommendation: 'r1', result: 'complied', checkedOn: day('2019-12-01'), source: compliance(7) },
        { ...complied(8), recommendation: 'r9' },
      ],
    };
    expect(problemsOf([], caseFile, { authority: null })).toEqual([
      'decisions.csv:2 authority: E07000129 is not in the register (19 007 429 not stored)',
      'recommendations.csv:5 due_on: 2019-01-01 is before the decision, 2019-09-02 (19 007 429 not stored)',
      'compliance.csv:7 action_on: complied needs the date the council acted (19 007 429 not stored)',
      'compliance.csv:8 recommendation: there is no recommendation r9 on case 19007429 (19 007 429 not stored)',
    ]);
  });

  it('has nothing said of what hangs on a line that could not be read', () => {
    const { reference, recommendations: made } = UPHELD;
    expect(
      problemsOf([], { reference, recommendations: made, checks: [complied(3)], incomplete: true }),
    ).toEqual([]);
  });

  it('is refused where nobody has heard of it', () => {
    const checksAlone = { reference: REFERENCE, recommendations: [], checks: [complied(2)] };
    expect(problemsOf([], checksAlone)).toEqual([
      'compliance.csv:2 reference: there is no complaint 19007429 (19 007 429 not stored)',
    ]);
  });
});

/** A whole case, and for each of its parts the import (0, 1, 2 …) in which it first comes. */
const splitHistories = fc
  .array(
    fc.record({
      in: fc.nat(3),
      checks: fc.array(fc.record({ after: fc.nat(2), day: fc.nat(20) }), { maxLength: 3 }),
      ends: fc.boolean(),
    }),
    { maxLength: 4 },
  )
  .map((plan) => {
    const parts = plan.flatMap(({ in: first, checks, ends }, index) => {
      const id = `r${index + 1}`;
      let month = first;
      let date = 1;
      return [
        { month, recommendation: { ...made(id, index + 2), source: undefined } },
        ...checks.map(({ after, day: days }, place) => {
          month += after;
          date += days;
          const checkedOn = day(new Date(Date.UTC(2020, 0, date)).toISOString().slice(0, 10));
          const last = ends && place === checks.length - 1;
          const check: CaseHistory['checks'][number] = last
            ? { recommendation: id, result: 'complied', actionOn: day('2019-11-30'), checkedOn }
            : { recommendation: id, result: 'not-complied', checkedOn };
          return { month, check };
        }),
      ];
    });
    const months = Math.max(0, ...parts.map(({ month }) => month));
    const upTo = (from: number, to: number): CaseHistory => {
      const chosen = parts.filter(({ month }) => month >= from && month <= to);
      return {
        ...UPHELD,
        recommendations: chosen.flatMap((part) => ('recommendation' in part ? [part.recommendation] : [])),
        checks: chosen.flatMap((part) => ('check' in part ? [part.check] : [])),
      };
    };
    return { months, upTo };
  });

function imported(caseFiles: readonly CaseHistory[]): Complaint {
  let state: Complaint | null = null;
  for (const caseFile of caseFiles) {
    const verdict = recordCase(state, caseFile, CIRCUMSTANCES);
    if ('problems' in verdict) throw new Error(verdict.problems.map(problemLine).join('\n'));
    state = verdict.events.reduce<Complaint | null>(evolve, state);
  }
  if (state === null) throw new Error('nothing was imported');
  const order = state.recommendations.toSorted((a, b) => (a.recommendation < b.recommendation ? -1 : 1));
  return { ...state, recommendations: order };
}

describe('a history imported piece by piece', () => {
  it('ends as it does imported at once, be each month its own file or all until then', () => {
    fc.assert(
      fc.property(splitHistories, fc.array(fc.boolean()), ({ months, upTo }, whole) => {
        const monthly = Array.from({ length: months + 1 }, (_, month) =>
          upTo(whole[month] === true ? 0 : month, month),
        );
        expect(imported(monthly)).toEqual(imported([upTo(0, months)]));
      }),
    );
  });

  it('gains nothing from being imported again, whichever month', () => {
    fc.assert(
      fc.property(splitHistories, fc.nat(10), ({ months, upTo }, again) => {
        const state = imported([upTo(0, months)]);
        const month = again % (months + 1);
        expect(recordCase(state, upTo(month, month), CIRCUMSTANCES)).toMatchObject({ events: [] });
      }),
    );
  });
});

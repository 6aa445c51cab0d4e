import {
  compliedRow,
  inCompliance,
  inDecisions,
  notCompliedRow,
  recommendationRow,
  UPHELD_CASE,
} from '../../../test/support/case-histories.js';
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
import { evolve } from '../complaint.js';
import type { Circumstances, Complaint } from '../complaint.state.js';
import type { CaseHistory } from './case-history.js';
import { decideCase } from './case.decide.js';
import { problemLine } from './import-report.js';

function decideOn(
  recorded: readonly ComplaintEvent[],
  history: CaseHistory,
  over: Partial<Circumstances> = {},
) {
  const existing = recorded.reduce<Complaint | null>(evolve, null);
  return decideCase(existing, history, { ...CIRCUMSTANCES, ...over });
}

function problemsOf(
  recorded: readonly ComplaintEvent[],
  history: CaseHistory,
  over: Partial<Circumstances> = {},
): string[] {
  const decidedCase = decideOn(recorded, history, over);
  if (!('problems' in decidedCase)) throw new Error('expected problems');
  return decidedCase.problems.map(problemLine);
}

describe('a case in imported history', () => {
  it('becomes the events the API would have recorded, in their order', () => {
    expect(decideOn([], { ...UPHELD_CASE, checks: [compliedRow(2)] })).toEqual({
      events: [...upheldWith(1), checked('r1', '2020-01-20', '2020-03-10')],
      known: 0,
    });
  });

  it('records checks in the order of their dates, not of the lines', () => {
    expect(decideOn([], { ...UPHELD_CASE, checks: [compliedRow(2), notCompliedRow(3)] })).toEqual({
      events: [
        ...upheldWith(1),
        checked('r1', null, '2020-01-10'),
        checked('r1', '2020-01-20', '2020-03-10'),
      ],
      known: 0,
    });
  });

  it('is skipped when all of it is recorded, a cure and its first check included', () => {
    const history = { ...UPHELD_CASE, checks: [notCompliedRow(2), compliedRow(3)] };
    const first = decideOn([], history);
    expect(decideOn('events' in first ? first.events : [], history)).toEqual({ events: [], known: 5 });
  });

  it('is skipped even when the record has content that no file has a column for', () => {
    const recorded: ComplaintEvent[] = [
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
    expect(decideOn(recorded, { ...UPHELD_CASE, checks: [compliedRow(2)] })).toEqual({
      events: [],
      known: 4,
    });
  });

  it('adds to a stored case only what is new', () => {
    const monthly = {
      ...UPHELD_CASE,
      recommendations: [recommendationRow('r1', 2), recommendationRow('r2', 3)],
      checks: [compliedRow(2)],
    };
    expect(decideOn(upheldWith(1), monthly)).toEqual({
      events: [recommended('r2'), checked('r1', '2020-01-20', '2020-03-10')],
      known: 3,
    });
  });

  it('may come without its decision when that is recorded', () => {
    const checksOnly = { reference: REFERENCE, recommendations: [], checks: [compliedRow(2)] };
    expect(decideOn(upheldWith(1), checksOnly)).toEqual({
      events: [checked('r1', '2020-01-20', '2020-03-10')],
      known: 0,
    });
  });

  it('cures a recorded not-complied by a later check', () => {
    const recorded = [...upheldWith(1), checked('r1', null, '2020-01-10')];
    const cure = { reference: REFERENCE, recommendations: [], checks: [compliedRow(2)] };
    expect(decideOn(recorded, cure)).toEqual({
      events: [checked('r1', '2020-01-20', '2020-03-10')],
      known: 0,
    });
  });
});

describe('a case that contradicts the record', () => {
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
          location: inDecisions(2),
        },
      },
      'decisions.csv:2 decided_on: the record has "2019-09-02" here (19 007 429 not stored)',
    ],
    [
      'a reason where none is recorded',
      {
        decision: {
          outcome: 'upheld',
          reason: 'fault found',
          decidedOn: day('2019-09-02'),
          finding: { injustice: true, remedy: 'recommended' },
          location: inDecisions(2),
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
          location: inDecisions(2),
        },
      },
      'decisions.csv:2 remedy: the record has "recommended" here (19 007 429 not stored)',
    ],
    [
      'another due date under the same id',
      { recommendations: [{ ...recommendationRow('r1', 5), dueOn: day('2020-01-02') }] },
      'recommendations.csv:5 due_on: the record has "2019-12-02" here (19 007 429 not stored)',
    ],
  ])('is refused for %s', (_, part, problem) => {
    expect(problemsOf(upheldWith(1), { ...UPHELD_CASE, ...part })).toEqual([problem]);
  });

  it('is refused for a complied check with another day of action', () => {
    const recorded = [...upheldWith(1), checked('r1', '2020-01-19', '2020-03-10')];
    expect(problemsOf(recorded, { ...UPHELD_CASE, checks: [compliedRow(9)] })).toEqual([
      'compliance.csv:9: complied was recorded as checked on 2020-03-10; it can only be corrected (19 007 429 not stored)',
    ]);
  });

  it('is refused for a check after complied, which only a correction may change', () => {
    const recorded = [...upheldWith(1), checked('r1', '2019-11-30', '2019-12-10')];
    expect(problemsOf(recorded, { ...UPHELD_CASE, checks: [notCompliedRow(9)] })).toEqual([
      'compliance.csv:9: complied was recorded as checked on 2019-12-10; it can only be corrected (19 007 429 not stored)',
    ]);
  });
});

describe('a case that the rules refuse', () => {
  it('is reported by the column of the file', () => {
    const early = {
      ...UPHELD_CASE,
      received: { ...UPHELD_CASE.received, receivedOn: day('2019-10-01') } as never,
    };
    expect(problemsOf([], early)).toEqual([
      'decisions.csv:2 decided_on: 2019-09-02 is before the complaint was received, 2019-10-01 (19 007 429 not stored)',
    ]);
  });

  it('is reported with everything that is wrong with it, each fault once', () => {
    const history: CaseHistory = {
      ...UPHELD_CASE,
      recommendations: [{ ...recommendationRow('r1', 5), dueOn: day('2019-01-01') }],
      checks: [
        { recommendation: 'r1', result: 'complied', checkedOn: day('2019-12-01'), location: inCompliance(7) },
        { ...compliedRow(8), recommendation: 'r9' },
      ],
    };
    expect(problemsOf([], history, { authorities: new Map() })).toEqual([
      'decisions.csv:2 authority: E07000129 is not in the register (19 007 429 not stored)',
      'recommendations.csv:5 due_on: 2019-01-01 is before the decision, 2019-09-02 (19 007 429 not stored)',
      'compliance.csv:7 action_on: complied needs the date the council acted (19 007 429 not stored)',
      'compliance.csv:8 recommendation: there is no recommendation r9 on case 19007429 (19 007 429 not stored)',
    ]);
  });

  it('has no problem for a part that depends on a row that could not be read', () => {
    const { reference, recommendations } = UPHELD_CASE;
    expect(
      problemsOf([], { reference, recommendations, checks: [compliedRow(3)], incomplete: true }),
    ).toEqual([]);
  });

  it('is refused when it has no decision and is not recorded', () => {
    const checksOnly = { reference: REFERENCE, recommendations: [], checks: [compliedRow(2)] };
    expect(problemsOf([], checksOnly)).toEqual([
      'compliance.csv:2 reference: there is no complaint 19007429 (19 007 429 not stored)',
    ]);
  });
});

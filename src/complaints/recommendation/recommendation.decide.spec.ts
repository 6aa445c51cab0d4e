import {
  day,
  decided,
  describeRefusals,
  given,
  received,
  recommended,
  refusalOf,
  upheldWith,
} from '../../../test/support/complaints.js';
import type { ComplaintEvent } from '../complaint.events.js';
import { MAX_RECOMMENDATIONS, type MakeRecommendation } from './recommendation.decide.js';

const recommend = (over: Partial<MakeRecommendation> = {}): MakeRecommendation => ({
  type: 'MakeRecommendation',
  kind: 'personal',
  category: 'Apology',
  text: 'Apologise.',
  dueOn: day('2019-12-02'),
  ...over,
});

describe('making a recommendation', () => {
  it('numbers recommendations within the complaint', () => {
    const first = given(upheldWith(0)).when(recommend());
    expect(first).toEqual([recommended('r1')]);
    expect(given([...upheldWith(0), ...first]).when(recommend())).toEqual([recommended('r2')]);
  });

  it('does not give out a number that an import took', () => {
    const history: ComplaintEvent[] = [...upheldWith(0), recommended('r2')];
    expect(given(history).when(recommend())).toEqual([recommended('r3')]);
  });

  it.each([
    ['undecided', [received()]],
    ['not upheld', [received(), decided('not-upheld')]],
    ['closed', [received(), decided('closed-after-initial-enquiries')]],
  ])('refuses a recommendation on a case that is %s', (_, history) => {
    expect(refusalOf(() => given(history).when(recommend())).code).toBe('not-upheld');
  });

  it('takes a recommendation due on the day of the decision', () => {
    expect(given(upheldWith(0)).when(recommend({ dueOn: day('2019-09-02') }))).toHaveLength(1);
  });

  it(`takes ${MAX_RECOMMENDATIONS} on one case`, () => {
    expect(given(upheldWith(MAX_RECOMMENDATIONS - 1)).when(recommend())).toHaveLength(1);
  });
});

describeRefusals('MakeRecommendation', {
  'not-upheld': {
    when: () => given([received(), decided('not-upheld')]).when(recommend()),
  },
  'due-before-decision': {
    field: 'dueOn',
    when: () => given(upheldWith(0)).when(recommend({ dueOn: day('2019-09-01') })),
  },
  'too-many-recommendations': {
    when: () => given(upheldWith(MAX_RECOMMENDATIONS)).when(recommend()),
  },
  'recommendation-in-use': {
    field: 'recommendation',
    when: () => given(upheldWith(1)).when(recommend({ recommendation: 'r1' })),
  },
});

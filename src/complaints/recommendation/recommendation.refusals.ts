import { NotFound } from '../../platform/errors.js';
import { rule } from '../../platform/refusals.js';

/** The rules of recommendations. */
export const recommendationRefusals = {
  MakeRecommendation: {
    'not-upheld': rule({
      means: 'The case is not upheld.',
      message: () => 'recommendations are made on upheld cases only',
      example: [],
    }),
    'due-before-decision': rule({
      means: 'The due date is before the decision.',
      field: 'dueOn',
      message: (dueOn: string, decidedOn: string) => `dueOn ${dueOn} is before the decision, ${decidedOn}`,
      example: ['2019-10-01', '2019-10-02'],
    }),
    'too-many-recommendations': rule({
      means: 'The case has as many recommendations as one case may have.',
      message: (most: number) => `a case carries at most ${most} recommendations`,
      example: [50],
    }),
    'recommendation-in-use': rule({
      means: 'The case has a recommendation with this id.',
      field: 'recommendation',
      message: (recommendation: string) => `the case has a recommendation ${recommendation} already`,
      example: ['r1'],
    }),
  },
};

/** The case has no such recommendation. */
export function recommendationNotFound(recommendation: string, reference: string): NotFound {
  return new NotFound(
    'recommendation-not-found',
    `there is no recommendation ${recommendation} on case ${reference}`,
  );
}

import type { z } from 'zod';
import { apiSchemas } from '../../platform/http/api-schemas.js';
import { RecommendationMadeSchema } from './recommendation.events.js';

const { kind, category, text, dueOn } = RecommendationMadeSchema.shape;
/** The body that makes a recommendation: the schema of its event, with words for the reader of the documentation. */
export const MakeRecommendationBody = RecommendationMadeSchema.omit({ recommendation: true })
  .extend({
    kind: kind.describe(
      'The text of a personal remedy is never published; that of a service improvement is.',
    ),
    category: category.describe('What kind of remedy it is, such as an apology.'),
    text: text.describe('What the council is to do.'),
    dueOn: dueOn.describe('Calendar date (UK) by which to do it; acting on that day is on time.'),
  })
  .meta({
    description: 'A recommendation on an upheld case.',
    examples: [
      {
        kind: 'service-improvement',
        category: 'Procedure',
        text: 'Review how objections to planning applications are recorded.',
        dueOn: '2020-01-02',
      },
    ],
  })
  .register(apiSchemas, { id: 'MakeRecommendation' });

/** Such a body, read. */
export type MakeRecommendationBody = z.output<typeof MakeRecommendationBody>;

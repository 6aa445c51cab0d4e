import { z } from 'zod';
import { PositionSchema } from '../event-store/position.js';
import { apiSchemas } from '../platform/http/api-schemas.js';
import { RecommendationParameter, ReferenceParameter } from './path-parameters.js';

/** The revision of a complaint, as answers name it. */
export const ComplaintRevision = z
  .int()
  .min(0)
  .describe("Revision of the complaint's last event, from 0; also its entity tag.");

/** The position of a complaint's last event, as answers name it. */
export const ComplaintPosition = PositionSchema.in.describe(
  'Place of the last event in the log, by which answers compare.',
);

/** The answer to a command. */
export const CommandAnswerSchema = z
  .strictObject({ reference: ReferenceParameter, revision: ComplaintRevision, position: ComplaintPosition })
  .meta({
    description: 'A command was carried out.',
    examples: [{ reference: '19007429', revision: 2, position: '40216' }],
  })
  .register(apiSchemas, { id: 'CommandAnswer' });
/** Such an answer; a repeat of the command gets the same one. */
export type CommandAnswer = z.infer<typeof CommandAnswerSchema>;

/** The answer to a command that made or checked a recommendation. */
export const RecommendationCommandAnswerSchema = CommandAnswerSchema.extend({
  recommendation: RecommendationParameter,
})
  .meta({
    description: 'A recommendation was made or checked.',
    examples: [{ reference: '19007429', revision: 3, position: '40217', recommendation: 'r1' }],
  })
  .register(apiSchemas, { id: 'RecommendationCommandAnswer' });
/** Such an answer; a repeat of the command gets the same one. */
export type RecommendationCommandAnswer = z.infer<typeof RecommendationCommandAnswerSchema>;

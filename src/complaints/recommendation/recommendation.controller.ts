import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { CommandRequest } from '../../identity/command-request.js';
import type { ConditionalRequest } from '../../platform/http/conditional-request.js';
import type { CaseReference } from '../case-reference.js';
import { RecommendationCommandAnswerSchema } from '../command-answers.js';
import { ComplaintCommandRunner } from '../complaint.command-runner.js';
import { ComplaintByReference } from '../complaint.queries.js';
import { CommandRoute, ReadRoute } from '../complaint.routes.js';
import { RecommendationAnswerSchema } from './recommendation.answers.js';
import { MakeRecommendationBody } from './recommendation.bodies.js';
import { recommendationNotFound } from './recommendation.refusals.js';

/** Recommendations over HTTP. */
@ApiTags('Complaints')
@Controller('v1/complaints')
export class RecommendationController {
  constructor(
    @Inject(ComplaintCommandRunner) private readonly commands: ComplaintCommandRunner,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @CommandRoute({
    path: ':reference/recommendations',
    body: MakeRecommendationBody,
    command: 'MakeRecommendation',
    summary: 'Make a recommendation',
    description: 'Adds a recommendation to an upheld case and names it.',
    done: 'The recommendation is made.',
    answer: RecommendationCommandAnswerSchema,
    exampleRefusal: 'not-upheld',
    // Its body has no id.
    neverRefusedWith: ['recommendation-in-use'],
  })
  recommend(reference: CaseReference, body: MakeRecommendationBody, request: CommandRequest) {
    return this.commands.runOnRecommendation(reference, { type: 'MakeRecommendation', ...body }, request);
  }

  @ReadRoute({
    path: ':reference/recommendations/:recommendation',
    summary: 'Read a recommendation',
    description: 'One recommendation of a complaint with its checks.',
    found: 'The recommendation.',
    answer: RecommendationAnswerSchema,
  })
  async readRecommendation(reference: CaseReference, id: string, request: ConditionalRequest) {
    const { complaint, revision } = await this.queries.execute(new ComplaintByReference(reference));
    const recommendation = complaint.recommendations.find((made) => made.recommendation === id);
    if (recommendation === undefined) throw recommendationNotFound(id, reference);
    return request.answer(revision, () => recommendation);
  }
}

import { Body, Controller, Get, Headers, HttpStatus, Inject, Param, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { FromRequest, type CommandRequest } from '../identity/command-request.js';
import { Documented } from '../platform/http/route-docs.js';
import { entityTag, isKnown } from '../platform/http/request-headers.js';
import { NotFound } from '../platform/errors.js';
import { CLOCK, type Clock } from '../platform/clock.js';
import type { CaseReference } from './case-reference.js';
import { commandAnswer, complaintAnswer, historyAnswer } from './complaint.answers.js';
import { ChangeComplaint, type ComplaintResult } from './complaint.command-handler.js';
import type { ComplaintCommand } from './complaint.command.js';
import { ComplaintByReference, ComplaintHistory } from './complaint.queries.js';
import {
  CheckComplianceBody,
  MakeRecommendationBody,
  ReceiveComplaintBody,
  RecordDecisionBody,
  RecommendationParameter,
  ReferenceParameter,
} from './complaint.schemas.js';
import * as docs from './complaints.docs.js';

const REFERENCE = { schema: ReferenceParameter };
const RECOMMENDATION = { schema: RecommendationParameter };

/** Complaints over HTTP: each call is one command or query, and no rule is found here. */
@ApiTags('Complaints')
@Controller('v1/complaints')
export class ComplaintsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @Documented(docs.receive)
  async receive(
    @Body({ schema: ReceiveComplaintBody }) body: z.infer<typeof ReceiveComplaintBody>,
    @FromRequest() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { reference } = body;
    const answer = await this.change(reference, { type: 'ReceiveComplaint', ...body }, request, reply);
    // The same complaint again, under no key or another one: it is there, and nothing was made.
    if (answer.events.length === 0) void reply.status(HttpStatus.OK);
    void reply.header('location', addressOf(reference));
    return commandAnswer(answer, reference);
  }

  @Post(':reference/decisions')
  @Documented(docs.decide)
  async decide(
    @Param('reference', REFERENCE) reference: CaseReference,
    @Body({ schema: RecordDecisionBody }) body: z.infer<typeof RecordDecisionBody>,
    @FromRequest() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.change(reference, { type: 'RecordDecision', ...body }, request, reply);
    void reply.header('location', addressOf(reference));
    return commandAnswer(answer, reference);
  }

  @Post(':reference/recommendations')
  @Documented(docs.recommend)
  async recommend(
    @Param('reference', REFERENCE) reference: CaseReference,
    @Body({ schema: MakeRecommendationBody }) body: z.infer<typeof MakeRecommendationBody>,
    @FromRequest() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.change(reference, { type: 'MakeRecommendation', ...body }, request, reply);
    const made = answer.events.find((event) => event.type === 'RecommendationMade');
    if (made === undefined) throw new Error('a recommendation was accepted but not made');
    const { recommendation } = made.data;
    void reply.header('location', `${addressOf(reference)}/recommendations/${recommendation}`);
    return { ...commandAnswer(answer, reference), recommendation };
  }

  @Post(':reference/recommendations/:recommendation/checks')
  @Documented(docs.check)
  async check(
    @Param('reference', REFERENCE) reference: CaseReference,
    @Param('recommendation', RECOMMENDATION) recommendation: string,
    @Body({ schema: CheckComplianceBody }) body: z.infer<typeof CheckComplianceBody>,
    @FromRequest() request: CommandRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const command: ComplaintCommand = { type: 'CheckCompliance', recommendation, ...body };
    const answer = await this.change(reference, command, request, reply);
    void reply.header('location', `${addressOf(reference)}/recommendations/${recommendation}`);
    return { ...commandAnswer(answer, reference), recommendation };
  }

  @Get(':reference')
  @Documented(docs.read)
  async read(
    @Param('reference', REFERENCE) reference: CaseReference,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const present = await this.queries.execute(new ComplaintByReference(reference));
    return saysNothingNew(present.revision, known, reply) ? undefined : complaintAnswer(present);
  }

  @Get(':reference/recommendations/:recommendation')
  @Documented(docs.readRecommendation)
  async readRecommendation(
    @Param('reference', REFERENCE) reference: CaseReference,
    @Param('recommendation', RECOMMENDATION) id: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const present = await this.queries.execute(new ComplaintByReference(reference));
    const recommendation = present.complaint.recommendations.find((made) => made.recommendation === id);
    if (recommendation === undefined)
      throw new NotFound('recommendation-not-found', `there is no recommendation ${id} on case ${reference}`);
    return saysNothingNew(present.revision, known, reply) ? undefined : recommendation;
  }

  @Get(':reference/history')
  @Documented(docs.history)
  async history(
    @Param('reference', REFERENCE) reference: CaseReference,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const history = await this.queries.execute(new ComplaintHistory(reference));
    return saysNothingNew(history.length - 1, known, reply) ? undefined : historyAnswer(reference, history);
  }

  private async change(
    reference: CaseReference,
    command: ComplaintCommand,
    { origin, expected }: CommandRequest,
    reply: FastifyReply,
  ): Promise<ComplaintResult> {
    const envelope = { ...origin, at: this.clock() };
    const answer = await this.commands.execute(new ChangeComplaint(reference, command, envelope, expected));
    void reply.header('etag', entityTag(answer.revision));
    return answer;
  }
}

function addressOf(reference: CaseReference): string {
  return `/v1/complaints/${reference}`;
}

/** Tags the answer with its revision; true where the caller has it already, which is then told by 304 alone. */
function saysNothingNew(revision: number, known: string | undefined, reply: FastifyReply): boolean {
  const tag = entityTag(revision);
  void reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
  if (!isKnown(tag, known)) return false;
  void reply.status(HttpStatus.NOT_MODIFIED);
  return true;
}

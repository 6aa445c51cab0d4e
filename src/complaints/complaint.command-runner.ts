import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandRequest } from '../identity/command-request.js';
import { CLOCK, type Clock } from '../platform/clock.js';
import { entityTag } from '../platform/http/request-headers.js';
import type { CaseReference } from './case-reference.js';
import type { CommandAnswer, RecommendationCommandAnswer } from './command-answers.js';
import { ChangeComplaint, type ComplaintResult } from './complaint.command-handler.js';
import type { ComplaintCommand } from './complaint.command.js';

/** A command that concerns one recommendation, which a command that makes one need not name. */
type RecommendationCommand = Extract<ComplaintCommand, { recommendation?: string | undefined }>;

/** Runs the commands of HTTP requests, and answers each with the entity tag and the address of what it changed. */
@Injectable()
export class ComplaintCommandRunner {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Runs a command on a complaint: 201, or 200 where it changed nothing. @throws as {@link ChangeComplaint} does. */
  async run(
    reference: CaseReference,
    command: ComplaintCommand,
    request: CommandRequest,
  ): Promise<CommandAnswer> {
    const result = await this.execute(reference, command, request);
    void request.reply.header('location', addressOf(reference));
    return answerTo(reference, result);
  }

  /** Runs a command on one recommendation of a complaint. @throws as {@link ChangeComplaint} does. */
  async runOnRecommendation(
    reference: CaseReference,
    command: RecommendationCommand,
    request: CommandRequest,
  ): Promise<RecommendationCommandAnswer> {
    const result = await this.execute(reference, command, request);
    const recommendation = command.recommendation ?? madeBy(result);
    void request.reply.header('location', `${addressOf(reference)}/recommendations/${recommendation}`);
    return { ...answerTo(reference, result), recommendation };
  }

  private async execute(
    reference: CaseReference,
    command: ComplaintCommand,
    { origin, expected, reply }: CommandRequest,
  ): Promise<ComplaintResult> {
    const context = { ...origin, at: this.clock() };
    const result = await this.commands.execute(new ChangeComplaint(reference, command, context, expected));
    if (result.events.length === 0) void reply.status(HttpStatus.OK);
    void reply.header('etag', entityTag(result.revision));
    return result;
  }
}

function addressOf(reference: CaseReference): string {
  return `/v1/complaints/${reference}`;
}

function answerTo(reference: CaseReference, { revision, position }: ComplaintResult): CommandAnswer {
  return { reference, revision, position: String(position) };
}

function madeBy({ events }: ComplaintResult): string {
  const made = events.find((event) => event.type === 'RecommendationMade');
  if (made === undefined) throw new Error('a recommendation was accepted but not made');
  return made.data.recommendation;
}

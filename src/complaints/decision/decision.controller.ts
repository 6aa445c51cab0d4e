import { Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CommandRequest } from '../../identity/command-request.js';
import type { CaseReference } from '../case-reference.js';
import { CommandAnswerSchema } from '../command-answers.js';
import { ComplaintCommandRunner } from '../complaint.command-runner.js';
import { CommandRoute } from '../complaint.routes.js';
import { RecordDecisionBody } from './decision.bodies.js';

/** Decisions over HTTP. */
@ApiTags('Complaints')
@Controller('v1/complaints')
export class DecisionController {
  constructor(@Inject(ComplaintCommandRunner) private readonly commands: ComplaintCommandRunner) {}

  @CommandRoute({
    path: ':reference/decisions',
    body: RecordDecisionBody,
    command: 'RecordDecision',
    summary: 'Record the decision',
    description: 'Records the decision of a case, with its finding if it was upheld.',
    done: 'The decision is recorded.',
    answer: CommandAnswerSchema,
    exampleRefusal: 'finding-required',
  })
  decide(reference: CaseReference, body: RecordDecisionBody, request: CommandRequest) {
    return this.commands.run(reference, { type: 'RecordDecision', ...body }, request);
  }
}

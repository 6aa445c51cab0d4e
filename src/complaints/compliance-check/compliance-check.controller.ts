import { Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CommandRequest } from '../../identity/command-request.js';
import type { CaseReference } from '../case-reference.js';
import { RecommendationCommandAnswerSchema } from '../command-answers.js';
import { ComplaintCommandRunner } from '../complaint.command-runner.js';
import { CommandRoute } from '../complaint.routes.js';
import { CheckComplianceBody } from './compliance-check.bodies.js';

/** Compliance checks over HTTP. */
@ApiTags('Complaints')
@Controller('v1/complaints')
export class ComplianceCheckController {
  constructor(@Inject(ComplaintCommandRunner) private readonly commands: ComplaintCommandRunner) {}

  @CommandRoute({
    path: ':reference/recommendations/:recommendation/checks',
    body: CheckComplianceBody,
    command: 'CheckCompliance',
    summary: 'Record a compliance check',
    description:
      'Records whether the council did what was recommended. A not-complied may be followed by a complied.',
    done: 'The check is recorded.',
    answer: RecommendationCommandAnswerSchema,
    exampleRefusal: 'action-date-required',
  })
  check(
    reference: CaseReference,
    recommendation: string,
    body: CheckComplianceBody,
    request: CommandRequest,
  ) {
    const command = { type: 'CheckCompliance', recommendation, ...body } as const;
    return this.commands.runOnRecommendation(reference, command, request);
  }
}

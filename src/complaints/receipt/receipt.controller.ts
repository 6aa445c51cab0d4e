import { Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CommandRequest } from '../../identity/command-request.js';
import { CommandAnswerSchema } from '../command-answers.js';
import { ComplaintCommandRunner } from '../complaint.command-runner.js';
import { CommandRoute } from '../complaint.routes.js';
import { ReceiveComplaintBody } from './receipt.bodies.js';

/** The receipt of complaints over HTTP. */
@ApiTags('Complaints')
@Controller('v1/complaints')
export class ReceiptController {
  constructor(@Inject(ComplaintCommandRunner) private readonly commands: ComplaintCommandRunner) {}

  @CommandRoute({
    path: '',
    body: ReceiveComplaintBody,
    command: 'ReceiveComplaint',
    summary: 'Register a complaint',
    description: 'Opens the case of a complaint about one body of the register.',
    done: 'The complaint is registered.',
    unchanged: 'The same complaint was registered before; nothing was changed.',
    answer: CommandAnswerSchema,
    exampleRefusal: 'unknown-authority',
  })
  receive(body: ReceiveComplaintBody, request: CommandRequest) {
    return this.commands.run(body.reference, { type: 'ReceiveComplaint', ...body }, request);
  }
}

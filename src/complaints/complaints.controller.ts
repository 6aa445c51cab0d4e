import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { ConditionalRequest } from '../platform/http/conditional-request.js';
import type { CaseReference } from './case-reference.js';
import { ComplaintAnswerSchema, complaintAnswer } from './complaint.answers.js';
import { ComplaintByReference, ComplaintHistory } from './complaint.queries.js';
import { ReadRoute } from './complaint.routes.js';
import { HistoryAnswerSchema, historyAnswer } from './complaint-history.answers.js';

/** Complaints over HTTP as a whole; each theme's folder has the routes of its commands. */
@ApiTags('Complaints')
@Controller('v1/complaints')
export class ComplaintsController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @ReadRoute({
    path: ':reference',
    summary: 'Read a complaint',
    description: 'How the complaint stands, as of the last command on it.',
    found: 'The complaint.',
    answer: ComplaintAnswerSchema,
  })
  async read(reference: CaseReference, request: ConditionalRequest) {
    const current = await this.queries.execute(new ComplaintByReference(reference));
    return request.answer(current.revision, () => complaintAnswer(current));
  }

  @ReadRoute({
    path: ':reference/history',
    summary: 'Read the history of a complaint',
    description: 'Every event of the case in order: what was recorded, by whom, when and by which command.',
    found: 'The history.',
    answer: HistoryAnswerSchema,
  })
  async history(reference: CaseReference, request: ConditionalRequest) {
    const history = await this.queries.execute(new ComplaintHistory(reference));
    return request.answer(history.length - 1, () => historyAnswer(reference, history));
  }
}

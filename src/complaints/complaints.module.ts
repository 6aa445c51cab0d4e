import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AuthoritiesModule } from '../authorities/authorities.module.js';
import { ChangeComplaintHandler } from './complaint.command-handler.js';
import { ComplaintCommandRunner } from './complaint.command-runner.js';
import { ComplaintByReferenceHandler, ComplaintHistoryHandler } from './complaint.queries.js';
import { ComplaintsController } from './complaints.controller.js';
import { ComplianceCheckController } from './compliance-check/compliance-check.controller.js';
import { DecisionController } from './decision/decision.controller.js';
import { ReceiptController } from './receipt/receipt.controller.js';
import { RecommendationController } from './recommendation/recommendation.controller.js';

/** The handlers and routes of complaints. */
@Module({
  imports: [CqrsModule, AuthoritiesModule],
  controllers: [
    ReceiptController,
    DecisionController,
    RecommendationController,
    ComplianceCheckController,
    ComplaintsController,
  ],
  providers: [
    ChangeComplaintHandler,
    ComplaintCommandRunner,
    ComplaintByReferenceHandler,
    ComplaintHistoryHandler,
  ],
})
export class ComplaintsModule {}

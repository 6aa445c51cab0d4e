import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AuthoritiesModule } from '../authorities/authorities.module.js';
import { ChangeComplaintHandler } from './complaint.command-handler.js';
import { ComplaintByReferenceHandler, ComplaintHistoryHandler } from './complaint.queries.js';
import { ComplaintsController } from './complaints.controller.js';

@Module({
  imports: [CqrsModule, AuthoritiesModule],
  controllers: [ComplaintsController],
  providers: [ChangeComplaintHandler, ComplaintByReferenceHandler, ComplaintHistoryHandler],
})
export class ComplaintsModule {}

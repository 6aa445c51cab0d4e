import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuthorityRegister } from '../authorities/authority-register.js';
import { claimCommand } from '../event-store/command-claim.js';
import type { CommandEnvelope } from '../event-store/command-envelope.js';
import type { EventStore } from '../event-store/event-store.js';
import { StreamWriter, type Aggregate, type Written } from '../event-store/stream-writer.js';
import { ukDateOf } from '../platform/local-date.js';
import { EVENT_STORE } from '../platform/tokens.js';
import type { CaseReference } from './case-reference.js';
import { decide, type ComplaintCommand } from './complaint.decide.js';
import { complaintEventSchemas, COMPLAINT_STREAMS, type ComplaintEvent } from './complaint.events.js';
import { evolve, type Complaint } from './complaint.js';

export const complaintAggregate: Aggregate<Complaint, ComplaintEvent> = {
  streamPrefix: COMPLAINT_STREAMS,
  schemas: complaintEventSchemas,
  evolve,
};

/** What a command on a complaint answers: the complaint as it left it, and the events it led to. */
export type ComplaintAnswer = Written<Complaint, ComplaintEvent>;

/** Asks something of one complaint; see {@link ComplaintCommand} for what can be asked. */
export class ChangeComplaint extends Command<ComplaintAnswer> {
  constructor(
    readonly reference: CaseReference,
    readonly change: ComplaintCommand,
    readonly envelope: CommandEnvelope,
    /** Revision the caller decided upon, from `If-Match`. */
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(ChangeComplaint)
export class ChangeComplaintHandler implements ICommandHandler<ChangeComplaint> {
  private readonly complaints: StreamWriter<Complaint, ComplaintEvent>;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(AuthorityRegister) private readonly register: AuthorityRegister,
  ) {
    this.complaints = new StreamWriter(store, complaintAggregate);
  }

  /** @throws DomainRefusal, NotFound, StaleState, RevisionConflict as {@link decide} and {@link StreamWriter} do. */
  execute({ reference, change, envelope, expected }: ChangeComplaint): Promise<ComplaintAnswer> {
    return this.complaints.write(
      reference,
      change,
      envelope,
      async (complaint) => {
        const code = change.type === 'ReceiveComplaint' ? change.authority : complaint?.authority;
        const authority = code === undefined ? null : await this.register.find(code);
        const events = decide(complaint, change, { reference, today: ukDateOf(envelope.at), authority });
        // Every other change goes to a stream that its address names, where a key used before is found.
        const isReceipt = change.type === 'ReceiveComplaint';
        if (isReceipt && envelope.keyed === true) await claimCommand(this.store, change, envelope);
        return events;
      },
      expected,
    );
  }
}

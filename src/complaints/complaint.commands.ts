import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuthorityRegister } from '../authorities/authority-register.js';
import { claimIdempotencyKey } from '../event-sourcing/idempotency-key.js';
import type { CommandContext } from '../event-sourcing/command-context.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { authorise, POLICY, type Policy } from '../identity/policy.js';
import type { Aggregate } from '../event-sourcing/aggregate.js';
import { StreamCommandHandler, type CommandResult } from '../event-sourcing/command-handler.js';
import { ukDateOf } from '../platform/local-date.js';
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
export type ComplaintAnswer = CommandResult<Complaint, ComplaintEvent>;

/** Asks something of one complaint; see {@link ComplaintCommand} for what can be asked. */
export class ChangeComplaint extends Command<ComplaintAnswer> {
  constructor(
    readonly reference: CaseReference,
    readonly change: ComplaintCommand,
    readonly envelope: CommandContext,
    /** Revision the caller decided upon, from `If-Match`. */
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(ChangeComplaint)
export class ChangeComplaintHandler implements ICommandHandler<ChangeComplaint> {
  private readonly complaints: StreamCommandHandler<Complaint, ComplaintEvent>;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(AuthorityRegister) private readonly register: AuthorityRegister,
    @Inject(POLICY) private readonly policy: Policy = authorise,
  ) {
    this.complaints = new StreamCommandHandler(store, complaintAggregate);
  }

  /** @throws DomainRefusal, NotFound, StaleState, RevisionConflict as {@link decide} and {@link StreamCommandHandler} do. */
  execute({ reference, change, envelope, expected }: ChangeComplaint): Promise<ComplaintAnswer> {
    const isReceipt = change.type === 'ReceiveComplaint';
    // Every other change goes to a stream that its address names, where a key used before is found.
    const claimsKey = isReceipt && envelope.keyed === true;
    return this.complaints.handle(
      reference,
      change,
      envelope,
      async (complaint) => {
        const code = isReceipt ? change.authority : complaint?.authority;
        this.policy(envelope.actor, { type: change.type, authorities: code === undefined ? [] : [code] });
        const authority = code === undefined ? null : await this.register.find(code);
        const events = decide(complaint, change, { reference, today: ukDateOf(envelope.at), authority });
        if (claimsKey) await claimIdempotencyKey(this.store, change, envelope);
        return events;
      },
      {
        expected,
        // A claim stays even where the case turns out to exist and the command is refused; the corrected command
        // could then not be sent under the same key. So the stream is read before a key is claimed.
        firstBasis: claimsKey ? 'read' : isReceipt ? 'no-stream' : 'recent',
      },
    );
  }
}

import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuthorityRegister } from '../authorities/authority-register.js';
import type { CommandContext } from '../event-sourcing/command-context.js';
import type { Aggregate } from '../event-sourcing/aggregate.js';
import { StreamCommandHandler, type CommandResult } from '../event-sourcing/command-handler.js';
import { claimIdempotencyKey } from '../event-sourcing/idempotency-key.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { authorise, POLICY, type Policy } from '../identity/policy.js';
import { ukDateOf } from '../platform/local-date.js';
import type { CaseReference } from './case-reference.js';
import { authoritiesOf, type ComplaintCommand } from './complaint.command.js';
import { decide } from './complaint.decide.js';
import { complaintEventSchemas, COMPLAINT_STREAMS, type ComplaintEvent } from './complaint.events.js';
import type { Complaint } from './complaint.state.js';
import { evolve } from './complaint.js';

/** How complaints are stored. */
export const complaintAggregate: Aggregate<Complaint, ComplaintEvent> = {
  streamPrefix: COMPLAINT_STREAMS,
  schemas: complaintEventSchemas,
  evolve,
};

/** The complaint as a command left it, and the events the command led to. */
export type ComplaintResult = CommandResult<Complaint, ComplaintEvent>;

/** Carries a command on one complaint to its handler. */
export class ChangeComplaint extends Command<ComplaintResult> {
  constructor(
    readonly reference: CaseReference,
    readonly command: ComplaintCommand,
    readonly context: CommandContext,
    /** Revision the caller decided upon, from `If-Match`; any when left out. */
    readonly expected?: number,
  ) {
    super();
  }
}

/** Asks the policy, decides, and appends. */
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

  /** @throws what the policy, {@link decide} and {@link StreamCommandHandler.handle} throw. */
  execute({ reference, command, context, expected }: ChangeComplaint): Promise<ComplaintResult> {
    const { type } = command;
    const isReceipt = type === 'ReceiveComplaint';
    // The address of every other command names its stream, where the stream handler finds a key used before.
    const claimsKey = isReceipt && context.keyed === true;
    return this.complaints.handle(
      reference,
      command,
      context,
      async (complaint) => {
        const concerned = authoritiesOf(command, complaint);
        this.policy(context.actor, { type, authorities: concerned });
        const authorities = await this.register.findAll(concerned);
        const events = decide(complaint, command, { reference, today: ukDateOf(context.at), authorities });
        if (claimsKey) await claimIdempotencyKey(this.store, command, context);
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

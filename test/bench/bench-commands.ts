import { randomUUID } from 'node:crypto';
import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { AuthorityRegister } from '../../src/authorities/authority-register.js';
import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import { ChangeComplaint, ChangeComplaintHandler } from '../../src/complaints/complaint.command-handler.js';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import type { EventStore, NewEvent } from '../../src/event-store/event-store.js';
import type { Position } from '../../src/event-store/position.js';
import { localDate } from '../../src/platform/local-date.js';

const ACTOR = { id: 'bench', role: 'system' };

/** What every complaint of the benchmark has in common; only the references differ. */
export const COMPLAINT = {
  authority: AuthorityCodeSchema.parse('E07000129'),
  subject: 'Planning and development',
  receivedOn: localDate('2019-06-14'),
};

/** A new `ComplaintReceived` event of such a complaint, ready to be appended. */
export function complaintReceived(): NewEvent {
  const id = randomUUID();
  return {
    id,
    type: 'ComplaintReceived',
    version: 1,
    data: { reference: '20000000', ...COMPLAINT },
    metadata: {
      actor: ACTOR,
      recordedAt: new Date().toISOString(),
      correlationId: id,
      causationId: id,
      command: { id, contentHash: ''.padEnd(64, '0') },
    },
  };
}

/** Executes `ReceiveComplaint` commands, each for a new complaint, with the handler that the API uses. */
export class BenchCommands {
  #last = 20_000_000;
  readonly #handler: ChangeComplaintHandler;

  constructor(store: EventStore) {
    this.#handler = new ChangeComplaintHandler(store, new AuthorityRegister(store));
  }

  /** Executes one command. Returns the position of its event. */
  async sendOne(): Promise<Position> {
    this.#last += 1;
    const reference = CaseReferenceSchema.parse(String(this.#last));
    const command = { type: 'ReceiveComplaint' as const, reference, ...COMPLAINT };
    const { position } = await this.#handler.execute(
      new ChangeComplaint(reference, command, commandContext(ACTOR, new Date())),
    );
    return position;
  }

  /** Executes `count` commands, at most `inFlight` at the same time. */
  async send(count: number, inFlight: number): Promise<void> {
    let left = count;
    const work = async () => {
      while (left > 0) {
        left -= 1;
        await this.sendOne();
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
  }
}

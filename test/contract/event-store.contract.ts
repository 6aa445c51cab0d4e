import { randomUUID } from 'node:crypto';
import type { EventStore } from '../../src/event-store/event-store.js';
import { appendingContract } from './appending.contract.js';
import { closingContract } from './closing.contract.js';
import { concurrencyContract } from './concurrency.contract.js';
import { identityContract } from './identity.contract.js';
import { payloadContract } from './payload.contract.js';
import { readingContract } from './reading.contract.js';
import { settlingContract } from './settling.contract.js';
import { subscribingContract } from './subscribing.contract.js';

/** An engine on a log of its own, in a store that may hold streams of others already. */
export type Opened = Readonly<{
  store: EventStore;
  /** Another store on the same log, as another process has one; none where a log is one store's. */
  again?: () => EventStore;
  /** A store on the same log that looks for events only after minutes: what comes sooner it was told. */
  listening?: () => EventStore;
  close: () => Promise<void>;
}>;

/** What a suite works on; streams it names are new in every run. */
export type Subject = Readonly<{
  store: () => EventStore;
  /** One that looks for events only after minutes, where the engine looks at all. */
  listening: () => EventStore;
  stream: (name: string) => string;
  /** Whether a stream belongs to this run. */
  isOwn: (stream: string) => boolean;
}>;

/** What every engine of the log must do, row by row; run over each of them. */
export function eventStoreContract(name: string, open: () => Promise<Opened>): void {
  describe(`the event store contract: ${name}`, () => {
    const run = `contract-${randomUUID().slice(0, 8)}-`;
    let opened: Opened | undefined;
    let streams = 0;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened?.close();
    });
    const present = () => {
      if (opened === undefined) throw new Error('the store was not opened');
      return opened;
    };
    const subject: Subject = {
      store: () => present().store,
      listening: () => present().listening?.() ?? present().store,
      stream: (stream) => `${run}${stream}-${(streams += 1)}`,
      isOwn: (stream) => stream.startsWith(run),
    };
    appendingContract(subject);
    payloadContract(subject);
    readingContract(subject);
    concurrencyContract(subject);
    subscribingContract(subject);
    settlingContract(subject);
    identityContract(open, subject);
    closingContract(open, subject);
  });
}

/** Everything that an iteration yields. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

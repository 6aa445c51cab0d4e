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

/** An engine with a separate log, on a server that may already have other streams. */
export type Opened = Readonly<{
  store: EventStore;
  /** Opens another store on the same log, as another process would. Undefined where only one store can use a log. */
  another?: () => EventStore;
  /** A store on the same log that polls only after minutes: an event that comes sooner was notified. */
  notifiedOnly?: () => EventStore;
  close: () => Promise<void>;
}>;

/** What a suite tests. The names of its streams are new in every test run. */
export type Subject = Readonly<{
  store: () => EventStore;
  /** A store that polls only after minutes, if the engine polls. */
  notifiedOnly: () => EventStore;
  stream: (name: string) => string;
  /** Whether a stream was named by this suite. */
  isOwn: (stream: string) => boolean;
}>;

/** The contract of every engine of the log. */
export function eventStoreContract(name: string, open: () => Promise<Opened>): void {
  describe(`the event store contract: ${name}`, () => {
    const prefix = `contract-${randomUUID().slice(0, 8)}-`;
    let opened: Opened | undefined;
    let streams = 0;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened?.close();
    });
    const current = () => {
      if (opened === undefined) throw new Error('the store was not opened');
      return opened;
    };
    const subject: Subject = {
      store: () => current().store,
      notifiedOnly: () => current().notifiedOnly?.() ?? current().store,
      stream: (stream) => `${prefix}${stream}-${(streams += 1)}`,
      isOwn: (stream) => stream.startsWith(prefix),
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

/** All items of an iteration. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore, RecordedEvent, SubscriptionMessage } from '../../src/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { EventStoreDbOptions } from '../../src/event-store/eventstoredb/eventstoredb-options.js';
import type { Position } from '../../src/event-store/position.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';

/** Short timeouts and many retries. */
const OPTIONS = {
  answerMs: 500,
  silenceMs: 500,
  retryPolicy: { firstMs: 40, longestMs: 40, retries: 60, limitMs: 15_000 },
};

/** The servers and stores of one test. */
export class Setup {
  readonly #servers: FakeEventStoreDb[] = [];
  readonly #stores: EventStoreDbEventStore[] = [];

  async newServer(options?: Parameters<typeof FakeEventStoreDb.start>[0]): Promise<FakeEventStoreDb> {
    const server = await FakeEventStoreDb.start(options);
    this.#servers.push(server);
    return server;
  }

  newStore(url: string, options: Partial<EventStoreDbOptions> = {}): EventStoreDbEventStore {
    const store = new EventStoreDbEventStore({ ...OPTIONS, url, ...options });
    this.#stores.push(store);
    return store;
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}

/** A subscription that runs beside the test and collects its messages. */
export class RunningSubscription {
  readonly messages: SubscriptionMessage[] = [];
  readonly ended: Promise<void>;
  readonly #stop = new AbortController();

  constructor(store: EventStore, after: Position) {
    this.ended = this.#collect(store.subscribe({ after, signal: this.#stop.signal }));
  }

  get events(): RecordedEvent[] {
    return this.messages.filter((item) => item !== 'caught-up');
  }

  /** Waits until so many events have come and the subscription has caught up. */
  async until(count: number): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (this.events.length < count || this.messages.at(-1) !== 'caught-up') {
      if (performance.now() > deadline) throw new Error(`${this.events.length} of ${count} events came`);
      await pause(10);
    }
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  async #collect(messages: AsyncIterable<SubscriptionMessage>): Promise<void> {
    for await (const message of messages) this.messages.push(message);
  }
}

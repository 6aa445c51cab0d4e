import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { AppendExpectedRevision, JSONEventType, EventData } from '@eventstore/db-client';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { freshPrefix } from '../support/stream-prefix.js';
import { all } from './event-store.contract.js';

/** An event of a test. */
export const event = (data: Record<string, string | number>): EventData<JSONEventType> =>
  jsonEvent({ id: randomUUID(), type: 'Measured', data });

/** The client's name for an error. */
export const typeOfError = (error: unknown) => (error as { type?: string }).type;

/** The client of EventStoreDB on one server, with streams that are new in every test run. */
export class ServerClient {
  readonly #prefix = freshPrefix();
  #streams = 0;

  private constructor(
    readonly client: EventStoreDBClient,
    private readonly fake: FakeEventStoreDb | undefined,
  ) {}

  /** @param url of a real server; starts the fake without one. */
  static async open(url: string | undefined): Promise<ServerClient> {
    const fake = url === undefined ? await FakeEventStoreDb.start() : undefined;
    return new ServerClient(EventStoreDBClient.connectionString(url ?? fake?.url ?? ''), fake);
  }

  newStream(): string {
    return `${this.#prefix}s${(this.#streams += 1)}`;
  }

  append(stream: string, expectedRevision: AppendExpectedRevision, events: ReturnType<typeof event>[]) {
    return this.client.appendToStream(stream, events, { expectedRevision });
  }

  /** The field `letter` of a stream's events, joined. */
  async lettersIn(stream: string): Promise<string> {
    const read = await all<{ event?: { data: unknown } }>(this.client.readStream(stream));
    return read.map((resolved) => (resolved.event?.data as { letter: string }).letter).join('');
  }

  async close(): Promise<void> {
    await this.client.dispose();
    await this.fake?.stop();
  }
}

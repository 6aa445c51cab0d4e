import { randomUUID } from 'node:crypto';
import { BACKWARDS, END, WrongExpectedVersionError } from '@eventstore/db-client';
import type { EventStoreDBClient, ResolvedEvent } from '@eventstore/db-client';
import { TimedOut } from '../../platform/timeout.js';
import type { AppendChannel } from './append-channel.js';
import { StreamReader } from './stream-reader.js';
import { retryEventStoreDb, MISSING, errorTypeOf } from './eventstoredb-failures.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';
import type { Waiting } from './eventstoredb-failures.js';

/** The field of the metadata that holds the id. */
const FIELD = 'upheldLog';

/**
 * Names a log: an id drawn when it is first asked for, kept as the metadata of a stream of that name. A stream's metadata
 * is a stream of the system to the server, so it is not part of the log itself.
 */
export class LogIdentity {
  #id: string | undefined;

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly channel: AppendChannel,
    private readonly options: Readonly<{ prefix: string; patience: RetryPolicy; answerMs: number }>,
    private readonly waiting: Waiting,
  ) {}

  /** @throws Unavailable when the server does not answer. */
  async find(): Promise<string> {
    this.#id ??= await retryEventStoreDb(async () => {
      const known = await this.#read();
      if (known !== undefined) return known;
      await this.#draw();
      const drawn = await this.#read();
      if (drawn === undefined) throw new TimedOut('the identity of the log was written and is not there');
      return drawn;
    }, this.options.patience);
    return this.#id;
  }

  get #stream(): string {
    return `$$${this.options.prefix}${FIELD}`;
  }

  async #read(): Promise<string | undefined> {
    const read = this.client.readStream(this.#stream, {
      direction: BACKWARDS,
      fromRevision: END,
      maxCount: 1,
      requiresLeader: true,
    });
    try {
      for await (const batch of new StreamReader<ResolvedEvent>(read).batches(this.waiting)) {
        const data = batch[0]?.event?.data as Readonly<Record<string, unknown>> | undefined;
        const id = data?.[FIELD];
        if (typeof id === 'string') return id;
      }
    } catch (error) {
      if (!MISSING.has(errorTypeOf(error))) throw error;
    }
    return undefined;
  }

  /** Unless another process was first. */
  async #draw(): Promise<void> {
    const data = Buffer.from(JSON.stringify({ [FIELD]: randomUUID() }));
    const event = { id: randomUUID(), type: '$metadata', data, metadata: new Uint8Array() };
    try {
      await this.channel.append(this.#stream, -1, [event], this.options.answerMs);
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
    }
  }
}

import { randomUUID } from 'node:crypto';
import { BACKWARDS, END, WrongExpectedVersionError } from '@eventstore/db-client';
import type { EventStoreDBClient, ResolvedEvent } from '@eventstore/db-client';
import { TimedOut } from '../../platform/timeout.js';
import type { AppendChannel } from './append-channel.js';
import { isStreamMissing, retryEventStoreDb } from './eventstoredb-failures.js';
import type { ReadOptions, WriteOptions } from './eventstoredb-options.js';
import { StreamReader } from './stream-reader.js';

/** The field of the metadata that holds the id. */
const FIELD = 'upheldLog';

/**
 * The id of a log: generated when it is first asked for, and kept as the metadata of a stream named after the prefix.
 * To the server, metadata is a system stream, so it is not part of the log.
 */
export class LogIdentity {
  #id: string | undefined;

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly channel: AppendChannel,
    private readonly reading: Pick<ReadOptions, 'silenceMs' | 'closing'>,
    private readonly writing: WriteOptions,
  ) {}

  /** Reads the id, or generates it. @throws Unavailable when the server does not answer. */
  async find(): Promise<string> {
    this.#id ??= await retryEventStoreDb(async () => {
      const known = await this.#read();
      if (known !== undefined) return known;
      await this.#generate();
      const generated = await this.#read();
      if (generated === undefined) throw new TimedOut('the identity of the log was written but is not there');
      return generated;
    }, this.writing.retryPolicy);
    return this.#id;
  }

  get #stream(): string {
    return `$$${this.writing.prefix}${FIELD}`;
  }

  async #read(): Promise<string | undefined> {
    const call = this.client.readStream(this.#stream, {
      direction: BACKWARDS,
      fromRevision: END,
      maxCount: 1,
      requiresLeader: true,
    });
    try {
      for await (const batch of new StreamReader<ResolvedEvent>(call).batches(this.reading)) {
        const data = batch[0]?.event?.data as Readonly<Record<string, unknown>> | undefined;
        const id = data?.[FIELD];
        if (typeof id === 'string') return id;
      }
    } catch (error) {
      if (!isStreamMissing(error)) throw error;
    }
    return undefined;
  }

  /** Writes a new id, unless another process was first. */
  async #generate(): Promise<void> {
    const data = Buffer.from(JSON.stringify({ [FIELD]: randomUUID() }));
    const event = { id: randomUUID(), type: '$metadata', data, metadata: new Uint8Array() };
    try {
      await this.channel.append(this.#stream, -1, [event], this.writing.answerMs);
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
    }
  }
}

import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerWritableStream, ServiceError } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Connections } from './connections.js';
import type { Faults, ReadFault } from './faults.js';
import { notLeader, unavailable } from './grpc-errors.js';
import { eventResponse } from './messages.js';
import type { ServerEvent } from './server-event.js';

/** A response, or one that is serialized already. */
export type ReadAnswer = ReadResp | Buffer;

/** The server's side of one read or subscription, with its fault. */
export class ReadCall {
  readonly #fault: ReadFault | undefined;
  readonly #ended = new AbortController();
  #sent = 0;
  #silent = false;
  #struck = false;

  constructor(
    private readonly call: ServerWritableStream<ReadReq, ReadAnswer>,
    private readonly faults: Faults,
    private readonly connections: Connections,
    subscription: boolean,
  ) {
    this.#fault = faults.takeForRead(subscription ? 'subscription' : 'read');
    call.on('error', () => undefined);
    for (const event of ['cancelled', 'close', 'finish']) {
      call.on(event, () => {
        this.#ended.abort();
      });
    }
  }

  /** Aborted when the call has ended, for any reason. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  async sendAll(events: Iterable<ServerEvent>): Promise<void> {
    for (const event of events) {
      if (this.ended.aborted) return;
      await this.sendEvent(event);
    }
    await this.#strikeIfDue();
  }

  async sendEvent(event: ServerEvent): Promise<void> {
    await this.#strikeIfDue();
    const twice = this.#fault?.kind === 'twice' && this.#sent >= this.#fault.after;
    this.#sent += 1;
    const response = eventResponse(event);
    if (!this.#write(response)) await this.#drained();
    if (twice && !this.#write(response)) await this.#drained();
  }

  async send(response: ReadResp): Promise<void> {
    await this.#strikeIfDue();
    if (!this.#write(response)) await this.#drained();
  }

  /** Waits as long as a search of one window takes. */
  async searched(): Promise<void> {
    const { searchMs } = this.faults;
    if (searchMs > 0) await pause(searchMs, undefined, { signal: this.ended }).catch(() => undefined);
  }

  end(): void {
    if (!this.ended.aborted && !this.#silent) this.call.end();
  }

  fail(error: ServiceError): void {
    this.call.emit('error', error);
    this.#ended.abort();
  }

  /** Returns false when the client must drain its buffer first. */
  #write(response: ReadAnswer): boolean {
    return this.ended.aborted || this.#silent || this.call.write(response);
  }

  async #drained(): Promise<void> {
    await once(this.call, 'drain', { signal: this.ended }).catch(() => undefined);
  }

  async #strikeIfDue(): Promise<void> {
    const fault = this.#fault;
    if (fault === undefined || this.#sent !== fault.after || this.#struck || this.ended.aborted) return;
    this.#struck = true;
    this.faults.countRead();
    switch (fault.kind) {
      case 'sever':
        await this.#flushed();
        this.connections.sever(this.call.getPeer());
        this.#ended.abort();
        return;
      case 'sever-all':
        await this.#flushed();
        this.connections.severAll();
        this.#ended.abort();
        return;
      case 'silence':
        this.#silent = true;
        return;
      case 'end':
        this.call.end();
        this.#ended.abort();
        return;
      case 'unavailable':
        this.fail(unavailable());
        return;
      case 'not-leader':
        this.fail(notLeader(fault.leader));
        return;
      case 'delay':
        await pause(fault.ms, undefined, { ref: false });
        return;
      case 'twice':
        return;
    }
  }

  /** Waits until the events sent have left, before the connection is cut. */
  async #flushed(): Promise<void> {
    await pause(20, undefined, { ref: false });
  }
}

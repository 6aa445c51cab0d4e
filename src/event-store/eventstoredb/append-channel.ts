import { randomUUID } from 'node:crypto';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { convertToCommandError } from '@eventstore/db-client';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { unpackToCommandError } from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import protobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import { TimedOut, withTimeout } from '../../platform/timeout.js';
import type { Appended } from '../event-store.js';
import { position } from '../position.js';
import { partsOf } from './connection.js';
import type { WireEvent } from './stored-event.js';

type Call = ClientDuplexStream<BatchAppendReq, BatchAppendResp>;
type PendingAppend = Readonly<{ resolve: (appended: Appended) => void; reject: (error: unknown) => void }>;

/** One call, with the appends sent on it that have no answer yet. */
class BatchAppendCall {
  readonly #pending = new Map<string, PendingAppend>();

  constructor(private readonly call: Call) {
    call.on('data', (response: BatchAppendResp) => {
      const correlation = response.getCorrelationId()?.getString() ?? '';
      const append = this.#pending.get(correlation);
      this.#pending.delete(correlation);
      if (append !== undefined) settle(response, append);
    });
    call.on('error', (error) => {
      this.#failAll(convertToCommandError(error));
    });
    call.on('close', () => {
      this.#failAll(new TimedOut('the call was closed'));
    });
    call.on('end', () => {
      this.#failAll(new TimedOut('the server ended the call'));
      // Otherwise the client would keep using a call that is open on its side only.
      call.cancel();
    });
  }

  /** Sends an append. Rejects with the client's error for the answer, or with the error that ended the call. */
  send(request: BatchAppendReq, correlation: string): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#pending.set(correlation, { resolve, reject });
      this.call.write(request);
    });
  }

  /** Ignores a later answer to an append. */
  forget(correlation: string): void {
    this.#pending.delete(correlation);
  }

  /** Closes the sending side. Appends under way may still be answered. */
  end(): void {
    this.call.end();
  }

  #failAll(error: unknown): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/**
 * Appends over one call that stays open (BatchAppend), answered in any order. The client's own `appendToStream` does
 * the same, but with one table of pending appends for all clients of the process. With it, an answer that comes twice,
 * or after another client's connection broke, ends the process; appends on a call that the server ends wait for ever;
 * and events cannot be passed as JSON text.
 */
export class AppendChannel {
  readonly #opened = new WeakMap<Call, BatchAppendCall>();
  #open: () => Promise<Call>;

  constructor(private readonly client: EventStoreDBClient) {
    this.#open = this.#opener();
  }

  /**
   * Appends after a revision, -1 for a new stream.
   * @throws the client's error for the server's answer; TimedOut after `ms` milliseconds; the error that ended the
   *   call. In the last two cases the events may be stored or not.
   */
  async append(stream: string, before: number, events: readonly WireEvent[], ms: number): Promise<Appended> {
    const correlation = randomUUID();
    const request = appendRequest(stream, before, events);
    request.setCorrelationId(new shared.UUID().setString(correlation));
    const open = this.#open;
    const call = this.#callOf(open);
    try {
      return await withTimeout(
        ms,
        call.then((opened) => opened.send(request, correlation)),
      );
    } catch (error) {
      if (error instanceof TimedOut && this.#open === open) {
        // The call may be dead without an error. Later appends use another.
        this.#open = this.#opener();
        call
          .then((opened) => {
            opened.end();
          })
          .catch(() => undefined);
      }
      throw error;
    } finally {
      call
        .then((opened) => {
          opened.forget(correlation);
        })
        .catch(() => undefined);
    }
  }

  async #callOf(open: () => Promise<Call>): Promise<BatchAppendCall> {
    const call = await open();
    const opened = this.#opened.get(call) ?? new BatchAppendCall(call);
    this.#opened.set(call, opened);
    return opened;
  }

  /** A function that returns the open call, or opens one on the present connection. */
  #opener(): () => Promise<Call> {
    const parts = partsOf(this.client);
    const calls = new WeakMap<StreamsClient, Promise<Call> | Call>();
    const create = (service: StreamsClient) => {
      const [metadata, options] = parts.callArguments({ requiresLeader: true }, { deadline: Infinity });
      return service.batchAppend(metadata, options);
    };
    return parts.GRPCStreamCreator<Call>(streamsService.StreamsClient, 'append', create, calls);
  }
}

function settle(response: BatchAppendResp, { resolve, reject }: PendingAppend): void {
  const error = response.getError();
  const success = response.getSuccess();
  const commit = success?.getPosition()?.getCommitPosition();
  if (error !== undefined) reject(unpackToCommandError(error, ''));
  else if (success === undefined || commit === undefined)
    reject(new TimedOut('an answer without an outcome'));
  else resolve({ revision: Number(success.getCurrentRevision()), position: position(commit) });
}

/** The request has no deadline: it would be a time of day, and the server's clock may differ from this one's. */
function appendRequest(stream: string, before: number, events: readonly WireEvent[]): BatchAppendReq {
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)));
  if (before < 0) options.setNoStream(new protobufEmpty.Empty());
  else options.setStreamPosition(String(before));
  const request = new streams.BatchAppendReq().setOptions(options).setIsFinal(true);
  for (const { id, type, data, metadata } of events) {
    const message = new streams.BatchAppendReq.ProposedMessage()
      .setId(new shared.UUID().setString(id))
      .setData(data)
      .setCustomMetadata(metadata);
    message.getMetadataMap().set('type', type).set('content-type', 'application/json');
    request.addProposedMessages(message);
  }
  return request;
}

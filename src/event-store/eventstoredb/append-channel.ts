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
type Waiting = Readonly<{ resolve: (appended: Appended) => void; reject: (error: unknown) => void }>;

/** One call, and the appends on it that have no answer yet. */
class Line {
  readonly #waiting = new Map<string, Waiting>();

  constructor(private readonly call: Call) {
    call.on('data', (response: BatchAppendResp) => {
      const correlation = response.getCorrelationId()?.getString() ?? '';
      const caller = this.#waiting.get(correlation);
      this.#waiting.delete(correlation);
      if (caller !== undefined) answer(response, caller);
    });
    call.on('error', (error) => {
      this.#failAll(convertToCommandError(error));
    });
    call.on('close', () => {
      this.#failAll(new TimedOut('the call was closed'));
    });
    call.on('end', () => {
      this.#failAll(new TimedOut('the server ended the call'));
      // Or the client would go on with a call of which only its own half is open.
      call.cancel();
    });
  }

  /** Rejects with the client's error for what the server answers, or with what ended the call. */
  send(request: BatchAppendReq, correlation: string): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(correlation, { resolve, reject });
      this.call.write(request);
    });
  }

  /** The append is given up. */
  forget(correlation: string): void {
    this.#waiting.delete(correlation);
  }

  /** Takes no more appends; those under way may still be answered. */
  end(): void {
    this.call.end();
  }

  #failAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/**
 * Appends over one call that is kept open (BatchAppend), answered in any order. The client's own `appendToStream`
 * does the same, but keeps its callers in one table for all clients of the process: an answer that comes twice, or
 * after another client's connection broke, ends the process; a call that the server ends leaves them waiting for
 * ever; and it cannot take JSON that is written already.
 */
export class AppendChannel {
  readonly #lines = new WeakMap<Call, Line>();
  #open: () => Promise<Call>;

  constructor(private readonly client: EventStoreDBClient) {
    this.#open = this.#opener();
  }

  /**
   * Appends after a revision, -1 for a new stream.
   * @throws the client's error for what the server answers; NoAnswer after `ms` milliseconds, and whatever ended the
   *   call: then the events may be stored or not.
   */
  async append(stream: string, before: number, events: readonly WireEvent[], ms: number): Promise<Appended> {
    const correlation = randomUUID();
    const request = appendRequest(stream, before, events);
    request.setCorrelationId(new shared.UUID().setString(correlation));
    const open = this.#open;
    const line = this.#line(open);
    try {
      return await withTimeout(
        ms,
        line.then((opened) => opened.send(request, correlation)),
      );
    } catch (error) {
      if (error instanceof TimedOut && this.#open === open) {
        // The call may be dead without a word: what comes next takes another.
        this.#open = this.#opener();
        line
          .then((opened) => {
            opened.end();
          })
          .catch(() => undefined);
      }
      throw error;
    } finally {
      line
        .then((opened) => {
          opened.forget(correlation);
        })
        .catch(() => undefined);
    }
  }

  async #line(open: () => Promise<Call>): Promise<Line> {
    const call = await open();
    const line = this.#lines.get(call) ?? new Line(call);
    this.#lines.set(call, line);
    return line;
  }

  /** Gives the call that is open, or opens one on the connection there is by then. */
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

function answer(response: BatchAppendResp, { resolve, reject }: Waiting): void {
  const error = response.getError();
  const success = response.getSuccess();
  const commit = success?.getPosition()?.getCommitPosition();
  if (error !== undefined) reject(unpackToCommandError(error, ''));
  else if (success === undefined || commit === undefined)
    reject(new TimedOut('an answer without an outcome'));
  else resolve({ revision: Number(success.getCurrentRevision()), position: position(commit) });
}

/** No deadline: it would be a time of day, and the server's clock may differ from ours. */
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

import { setTimeout as pause } from 'node:timers/promises';
import type { sendUnaryData, ServerDuplexStream, ServerReadableStream, ServiceError } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { Connections } from './connections.js';
import type { AppendFault, Faults } from './faults.js';
import {
  appendTooLarge,
  batchErrors,
  MAX_APPEND_BYTES,
  notLeader,
  streamDeleted,
  unavailable,
} from './grpc-errors.js';
import { batchSuccess, expectedOf, proposedEvent, streamName } from './messages.js';
import type { Expected, AppendResult, ProposedEvent } from './server-event.js';
import type { ServerLog } from './server-log.js';

type Proposed = { stream: string; expected: Expected; events: ProposedEvent[]; bytes: number };
type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

/** The calls that append, with their faults. */
export class AppendService {
  constructor(
    private readonly log: ServerLog,
    private readonly faults: Faults,
    private readonly connections: Connections,
  ) {}

  /** Many appends on one call, each in one or several messages and with its own answer. */
  readonly batchAppend = (call: BatchCall): void => {
    const unfinished = new Map<string, Proposed>();
    let answering = 0;
    let ended = false;
    const end = () => {
      if (ended && answering === 0) call.end();
    };
    call.on('error', () => undefined);
    call.on('end', () => {
      ended = true;
      end();
    });
    call.on('data', (request: BatchAppendReq) => {
      const correlation = request.getCorrelationId()?.getString() ?? '';
      const append = unfinished.get(correlation) ?? beginning(request);
      if (append === undefined) return;
      unfinished.set(correlation, append);
      for (const message of request.getProposedMessagesList()) add(append, proposedEvent(message));
      if (!request.getIsFinal()) return;
      unfinished.delete(correlation);
      answering += 1;
      void this.#answerBatch(call, request, append).finally(() => {
        answering -= 1;
        end();
      });
    });
  };

  async #answerBatch(call: BatchCall, request: BatchAppendReq, append: Proposed): Promise<void> {
    const response = new streams.BatchAppendResp();
    response.setCorrelationId(request.getCorrelationId());
    response.setStreamIdentifier(streamName.write(append.stream));
    const answers = await this.#withFault(call.getPeer(), () => this.#store(append));
    if (answers.kind === 'failed') {
      if (answers.inAnswer) call.write(response.setError(batchErrors.notHandled()));
      else call.emit('error', answers.error);
      return;
    }
    const { result } = answers;
    if (result === 'too-large') response.setError(batchErrors.tooLarge());
    else if (result.kind === 'done') response.setSuccess(batchSuccess(result));
    else if (result.kind === 'stream-deleted') response.setError(batchErrors.streamDeleted(append.stream));
    else response.setError(batchErrors.wrongExpectedVersion(append.expected, result.current));
    for (let time = 0; time < answers.times; time += 1) if (!call.cancelled) call.write(response);
  }

  /** One append on one call, answered when the client has sent all its events. */
  readonly append = (
    call: ServerReadableStream<AppendReq, AppendResp>,
    callback: sendUnaryData<AppendResp>,
  ): void => {
    const append: Proposed = { stream: '', expected: 'any', events: [], bytes: 0 };
    call.on('error', () => undefined);
    call.on('data', (request: AppendReq) => {
      const options = request.getOptions();
      if (options !== undefined) {
        append.stream = streamName.read(options.getStreamIdentifier());
        append.expected = expectedOf(options, options.getRevision());
      }
      const message = request.getProposedMessage();
      if (message !== undefined) add(append, proposedEvent(message));
    });
    call.on('end', () => {
      void this.#withFault(call.getPeer(), () => this.#store(append)).then((answers) => {
        if (answers.kind === 'failed') callback(answers.error);
        else answer(append, answers.result, callback);
      });
    });
  };

  #store({ stream, expected, events, bytes }: Proposed): AppendResult | 'too-large' {
    return bytes > MAX_APPEND_BYTES ? 'too-large' : this.log.append(stream, expected, events);
  }

  async #withFault(peer: string, store: () => AppendResult | 'too-large'): Promise<Answers> {
    const fault = this.faults.takeForAppend();
    if (fault?.kind === 'not-leader')
      return { kind: 'failed', error: notLeader(fault.leader), inAnswer: false };
    if (fault?.kind === 'not-handled') return { kind: 'failed', error: unavailable(), inAnswer: true };
    if (fault?.kind === 'delay') await pause(fault.ms, undefined, { ref: false });
    if (fault?.kind === 'lose-the-request') return this.#cut(peer);
    const result = store();
    if (fault?.kind === 'answer-late') await pause(fault.ms, undefined, { ref: false });
    if (fault?.kind === 'lose-the-answer') return this.#cut(peer);
    return { kind: 'answered', result, times: timesAnswered(fault) };
  }

  #cut(peer: string): Answers {
    this.connections.sever(peer);
    return { kind: 'failed', error: unavailable(), inAnswer: false };
  }
}

type Answers =
  | Readonly<{ kind: 'answered'; result: AppendResult | 'too-large'; times: number }>
  | Readonly<{ kind: 'failed'; error: ServiceError; inAnswer: boolean }>;

function timesAnswered(fault: AppendFault | undefined): number {
  if (fault?.kind === 'never-answer') return 0;
  return fault?.kind === 'answer-twice' ? 2 : 1;
}

function beginning(request: BatchAppendReq): Proposed | undefined {
  const options = request.getOptions();
  if (options === undefined) return undefined;
  return {
    stream: streamName.read(options.getStreamIdentifier()),
    expected: expectedOf(options, options.getStreamPosition()),
    events: [],
    bytes: 0,
  };
}

function add(append: Proposed, event: ProposedEvent): void {
  append.events.push(event);
  append.bytes += event.data.length + event.metadata.length + event.type.length * 2;
}

function answer(
  { stream }: Proposed,
  result: AppendResult | 'too-large',
  callback: sendUnaryData<AppendResp>,
): void {
  const response = new streams.AppendResp();
  if (result === 'too-large') callback(appendTooLarge());
  else if (result.kind === 'stream-deleted') callback(streamDeleted(stream));
  else if (result.kind === 'wrong-expected-version') {
    const wrong = new streams.AppendResp.WrongExpectedVersion();
    if (result.current >= 0) wrong.setCurrentRevision(String(result.current));
    callback(null, response.setWrongExpectedVersion(wrong));
  } else {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(result.position.toString()).setPreparePosition(result.position.toString());
    const success = new streams.AppendResp.Success();
    success.setCurrentRevision(String(result.next)).setPosition(position);
    callback(null, response.setSuccess(success));
  }
}

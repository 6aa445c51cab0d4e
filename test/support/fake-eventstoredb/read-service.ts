import type { ServerWritableStream } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { Connections } from './connections.js';
import { allFilter } from './filter.js';
import type { Faults } from './faults.js';
import { streamDeleted } from './grpc-errors.js';
import { responses, streamName } from './messages.js';
import { ReadCall, type ReadAnswer } from './read-call.js';
import type { ServerEvent } from './server-event.js';
import type { ServerLog } from './server-log.js';
import { subscribe } from './subscriptions.js';

const { BACKWARDS } = streams.ReadReq.Options.ReadDirection;

/** Reads and subscriptions, of one stream and of `$all`. */
export class ReadService {
  constructor(
    private readonly log: ServerLog,
    private readonly faults: Faults,
    private readonly connections: Connections,
  ) {}

  readonly read = (grpcCall: ServerWritableStream<ReadReq, ReadAnswer>): void => {
    const options = grpcCall.request.getOptions();
    if (options === undefined) return;
    const call = new ReadCall(grpcCall, this.faults, this.connections, options.hasSubscription());
    void this.#serve(call, options);
  };

  async #serve(call: ReadCall, options: ReadReq.Options): Promise<void> {
    if (options.hasSubscription()) {
      await subscribe(this.log, call, options);
      return;
    }
    const stream = options.getStream();
    if (stream === undefined) {
      await call.sendAll(this.#ofAll(options));
      call.end();
      return;
    }
    const name = streamName.read(stream.getStreamIdentifier());
    const events = this.log.stream(name);
    if (events === 'deleted') call.fail(streamDeleted(name));
    else if (events === undefined) {
      await call.send(responses.streamNotFound(name));
      call.end();
    } else {
      await call.sendAll(ofStream(events, options, stream));
      call.end();
    }
  }

  #ofAll(options: ReadReq.Options): Iterable<ServerEvent> {
    const all = options.getAll();
    const position = all?.getPosition()?.getCommitPosition();
    const count = Number(options.getCount());
    const { matches } = allFilter(options.getFilter());
    if (options.getReadDirection() === BACKWARDS) {
      // A read backwards excludes the event at the position.
      const end = position === undefined ? this.log.events.length : this.log.indexFrom(BigInt(position));
      return walk(this.log.events, end - 1, -1, count, matches);
    }
    const start = position === undefined ? 0 : this.log.indexFrom(BigInt(position));
    return walk(this.log.events, all?.hasEnd() === true ? this.log.events.length : start, 1, count, matches);
  }
}

function ofStream(
  events: readonly ServerEvent[],
  options: ReadReq.Options,
  stream: ReadReq.Options.StreamOptions,
): Iterable<ServerEvent> {
  const count = Number(options.getCount());
  const backwards = options.getReadDirection() === BACKWARDS;
  const first = events[0]?.revision ?? 0;
  const last = first + events.length - 1;
  const requested = stream.hasEnd() ? last : stream.hasStart() ? first : Number(stream.getRevision());
  if (backwards) return walk(events, Math.min(requested, last) - first, -1, count);
  return walk(events, Math.max(requested, first) - first, 1, count);
}

function* walk(
  events: readonly ServerEvent[],
  from: number,
  step: 1 | -1,
  count: number,
  matches: (event: ServerEvent) => boolean = () => true,
): Generator<ServerEvent> {
  let left = count;
  for (let index = from; left > 0; index += step) {
    const event = events[index];
    if (event === undefined) return;
    if (!matches(event)) continue;
    left -= 1;
    yield event;
  }
}

import { randomUUID } from 'node:crypto';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { allFilter } from './filter.js';
import { streamDeleted } from './grpc-errors.js';
import { responses, streamName } from './messages.js';
import type { ReadCall } from './read-call.js';
import type { ServerEvent } from './server-event.js';
import type { ServerLog } from './server-log.js';

/** What a subscription sends: events of a growing list, from an index. */
type Source = Readonly<{
  events: () => readonly ServerEvent[];
  from: number;
  matches: (event: ServerEvent) => boolean;
  checkpointEvery: number | undefined;
}>;

/** Serves a subscription until the client leaves: stored events, the caught-up message, and new events. */
export async function subscribe(log: ServerLog, call: ReadCall, options: ReadReq.Options): Promise<void> {
  const stream = options.getStream();
  const name = streamName.read(stream?.getStreamIdentifier());
  if (stream !== undefined && log.stream(name) === 'deleted') {
    call.fail(streamDeleted(name));
    return;
  }
  await call.send(responses.confirmation(randomUUID()));
  await pump(log, call, stream === undefined ? ofAll(log, options) : ofStream(log, name, stream));
}

async function pump(log: ServerLog, call: ReadCall, source: Source): Promise<void> {
  const commits = new Wakener();
  const stop = log.onCommit(commits.wake);
  call.ended.addEventListener('abort', commits.wake);
  let considered = 0;
  let caughtUp = false;
  const ended = () => call.ended.aborted;
  for (let next = source.from; !ended();) {
    const event = source.events()[next];
    if (event === undefined) {
      if (!caughtUp) await call.send(responses.caughtUp());
      caughtUp = true;
      if (source.events()[next] === undefined && !ended()) await commits.sleep();
      continue;
    }
    next += 1;
    considered += 1;
    if (source.matches(event)) await call.sendEvent(event);
    if (considered % (source.checkpointEvery ?? Infinity) === 0) {
      await call.searched();
      await call.send(responses.checkpoint(event.position));
    }
  }
  stop();
}

/** The requested position or revision is exclusive. */
function ofAll(log: ServerLog, options: ReadReq.Options): Source {
  const all = options.getAll();
  const position = all?.getPosition()?.getCommitPosition();
  const after = position === undefined ? 0 : log.indexFrom(BigInt(position) + 1n);
  const from = all?.hasEnd() === true ? log.events.length : after;
  return { events: () => log.events, from, ...allFilter(options.getFilter()) };
}

function ofStream(log: ServerLog, name: string, stream: ReadReq.Options.StreamOptions): Source {
  const events = () => {
    const found = log.stream(name);
    return found === undefined || found === 'deleted' ? [] : found;
  };
  const after = stream.hasStart() ? 0 : Number(stream.getRevision()) + 1;
  return { events, from: stream.hasEnd() ? events().length : after, ...allFilter(undefined) };
}

/** Wakes one waiting loop. A wake before the wait ends the wait at once. */
class Wakener {
  #woken = false;
  #sleeper: (() => void) | undefined;

  readonly wake = (): void => {
    this.#woken = true;
    this.#sleeper?.();
  };

  async sleep(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        this.#sleeper = resolve;
      });
    }
    this.#woken = false;
    this.#sleeper = undefined;
  }
}

import type { ExpectedRevision } from '../../../src/event-store/core/expected-revision.js';
import type { StreamBounds } from '../../../src/event-store/core/stream-bounds.js';

/** The answer to an append. `unknown` when the store was unavailable. */
export type AppendAnswer =
  | Readonly<{ kind: 'stored'; revision: number }>
  | Readonly<{ kind: 'conflict'; actual: number | 'no-stream' }>
  | Readonly<{ kind: 'unknown' }>;

export type Append = Readonly<{
  kind: 'append';
  expected: Exclude<ExpectedRevision, 'any' | 'stream-exists'>;
  ids: readonly string[];
  answer: AppendAnswer;
}>;
export type Read = Readonly<{ kind: 'read'; bounds: StreamBounds; answer: readonly string[] | 'not-found' }>;

/**
 * One call on one stream, with the times at which it started and ended on a clock that all clients share. A call that
 * never ended may take effect at any later time, or never.
 */
export type Operation = (Append | Read) & Readonly<{ startedAt: number; endedAt: number }>;

/**
 * Whether the calls on one stream could have taken effect one at a time, each between its start and its end
 * (linearizability, after Wing and Gong). No two appends have an event id in common.
 *
 * @returns null when they could; otherwise a report with the calls that no order can contain.
 */
export function contradiction(history: readonly Operation[]): string | null {
  const search = new Search(history.toSorted((one, other) => one.startedAt - other.startedAt));
  return search.succeeds() ? null : search.describe();
}

type Stream = readonly string[];

class Search {
  readonly #placed = new Set<Operation>();
  /** Searches that failed: the calls placed, and the resulting stream. */
  readonly #tried = new Set<string>();
  #furthest: readonly Operation[] = [];
  #streamThen: Stream = [];

  constructor(private readonly history: readonly Operation[]) {}

  succeeds(stream: Stream = []): boolean {
    const unchanged: Operation[] = [];
    let next = this.#candidates();
    // A call that ended, fits here and changes nothing can be placed at once: it rules out no other order.
    for (;;) {
      const fitting = next.find(
        (operation) => operation.endedAt < Infinity && after(stream, operation) === stream,
      );
      if (fitting === undefined) break;
      unchanged.push(fitting);
      this.#placed.add(fitting);
      next = this.#candidates();
    }
    if (this.#isDone() || this.#tries(stream, next)) return true;
    for (const operation of unchanged) this.#placed.delete(operation);
    return false;
  }

  /** Describes the calls that could not be placed. */
  describe(): string {
    const left = this.history.filter((operation) => !this.#furthest.includes(operation));
    return [
      `the stream [${this.#streamThen.join(' ')}] after ${this.#furthest.length} calls contradicts each of the calls that could be next:`,
      ...left.map(lineOf),
      'after these calls:',
      ...this.#furthest.map(lineOf),
    ].join('\n');
  }

  #tries(stream: Stream, next: readonly Operation[]): boolean {
    if (this.#placed.size >= this.#furthest.length) {
      this.#furthest = [...this.#placed];
      this.#streamThen = stream;
    }
    const key = `${this.history.map((operation) => Number(this.#placed.has(operation))).join('')} ${stream.join(' ')}`;
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    for (const operation of next) {
      const then = after(stream, operation);
      if (then === null || then === stream) continue;
      this.#placed.add(operation);
      if (this.succeeds(then)) return true;
      this.#placed.delete(operation);
    }
    return false;
  }

  /** Calls that may be next: they started before any other remaining call ended. */
  #candidates(): Operation[] {
    const left = this.history.filter((operation) => !this.#placed.has(operation));
    const firstEnd = Math.min(...left.map(({ endedAt }) => endedAt));
    return left.filter(({ startedAt }) => startedAt < firstEnd);
  }

  #isDone(): boolean {
    return this.history.every((operation) => this.#placed.has(operation) || operation.endedAt === Infinity);
  }
}

/** The stream after a call, the same object when nothing changes; null when the answer contradicts the stream. */
function after(stream: Stream, operation: Operation): Stream | null {
  if (operation.kind === 'read') {
    return String(readFrom(stream, operation.bounds)) === String(operation.answer) ? stream : null;
  }
  const { expected, ids, answer } = operation;
  const before = expected === 'no-stream' ? 0 : expected + 1;
  const isNext = before === stream.length;
  const isRepeat = !isNext && ids.every((id, index) => stream[before + index] === id);
  switch (answer.kind) {
    case 'unknown':
      return isNext ? [...stream, ...ids] : stream;
    case 'stored':
      if (answer.revision !== before + ids.length - 1) return null;
      return isNext ? [...stream, ...ids] : isRepeat ? stream : null;
    case 'conflict':
      if (answer.actual !== (stream.length === 0 ? 'no-stream' : stream.length - 1)) return null;
      return isNext || isRepeat ? null : stream;
  }
}

function readFrom(stream: Stream, { from, direction, limit }: StreamBounds): readonly string[] | 'not-found' {
  if (stream.length === 0) return 'not-found';
  const inOrder = direction === 'forwards' ? stream.slice(from) : stream.slice(0, from + 1).toReversed();
  return inOrder.slice(0, limit);
}

function lineOf(operation: Operation): string {
  const { startedAt, endedAt } = operation;
  const when = `  ${startedAt} to ${endedAt === Infinity ? 'never' : endedAt}: `;
  if (operation.kind === 'read') {
    const { direction, from, limit } = operation.bounds;
    const answer = operation.answer === 'not-found' ? 'no stream' : `[${operation.answer.join(' ')}]`;
    return `${when}read ${direction} from ${from}, at most ${limit}: ${answer}`;
  }
  const { expected, ids, answer } = operation;
  const at = answer.kind === 'stored' ? ` at ${answer.revision}` : '';
  const actual = answer.kind === 'conflict' ? ` with ${answer.actual}` : '';
  return `${when}append [${ids.join(' ')}] expecting ${expected}: ${answer.kind}${at}${actual}`;
}

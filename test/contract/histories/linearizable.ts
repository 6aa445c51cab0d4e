import type { ExpectedRevision } from '../../../src/event-store/core/expected-revision.js';
import type { StreamBounds } from '../../../src/event-store/core/stream-bounds.js';

/** What became of an append, as far as its client was told: nothing, when the store was unavailable. */
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
 * One call on one stream, and the times at which it was asked and told on a clock that all clients share. What was
 * never told may take effect at any later time, or at none.
 */
export type Operation = (Append | Read) & Readonly<{ asked: number; told: number }>;

/**
 * Whether the calls on one stream could have happened one at a time, each at some moment between its asking and its
 * telling (linearizability, after Wing and Gong). Events are known by ids that no other append has.
 *
 * @returns null when they could; else what is left over after the longest order that was found, to be read by a person.
 */
export function contradiction(history: readonly Operation[]): string | null {
  const search = new Search(history.toSorted((one, other) => one.asked - other.asked));
  return search.succeeds() ? null : search.told();
}

type Stream = readonly string[];

class Search {
  readonly #placed = new Set<Operation>();
  /** What was tried in vain: the calls placed, and the stream they made. */
  readonly #tried = new Set<string>();
  #furthest: readonly Operation[] = [];
  #streamThen: Stream = [];

  constructor(private readonly history: readonly Operation[]) {}

  succeeds(stream: Stream = []): boolean {
    const unchanged: Operation[] = [];
    let next = this.#candidates();
    // What was told, fits and changes nothing fits nowhere better: it opens no other way, and closes none.
    for (;;) {
      const fitting = next.find(
        (operation) => operation.told < Infinity && after(stream, operation) === stream,
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

  /** What could not be placed any more. */
  told(): string {
    const left = this.history.filter((operation) => !this.#furthest.includes(operation));
    return [
      `the stream [${this.#streamThen.join(' ')}] after ${this.#furthest.length} calls contradicts each that is next of`,
      ...left.map(lineOf),
      'after',
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

  /** What may be next: it was asked before any other that is left was told. */
  #candidates(): Operation[] {
    const left = this.history.filter((operation) => !this.#placed.has(operation));
    const firstTold = Math.min(...left.map(({ told }) => told));
    return left.filter(({ asked }) => asked < firstTold);
  }

  #isDone(): boolean {
    return this.history.every((operation) => this.#placed.has(operation) || operation.told === Infinity);
  }
}

/** The stream after a call, the very same where it changes nothing; null when what was told contradicts it. */
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
  const { asked, told } = operation;
  const when = `  ${asked} to ${told === Infinity ? 'never' : told}: `;
  if (operation.kind === 'read') {
    const { direction, from, limit } = operation.bounds;
    const answer = operation.answer === 'not-found' ? 'no stream' : `[${operation.answer.join(' ')}]`;
    return `${when}read ${direction} from ${from}, at most ${limit}: ${answer}`;
  }
  const { expected, ids, answer } = operation;
  const place = answer.kind === 'stored' ? ` at ${answer.revision}` : '';
  const actual = answer.kind === 'conflict' ? ` with ${answer.actual}` : '';
  return `${when}append [${ids.join(' ')}] expecting ${expected}: ${answer.kind}${place}${actual}`;
}

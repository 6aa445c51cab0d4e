import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { RevisionConflict, StreamNotFound } from '../../../src/event-store/event-store.errors.js';
import type { Appended, EventStore, NewEvent, StreamAppend } from '../../../src/event-store/event-store.js';
import type { StreamBounds } from '../../../src/event-store/core/stream-bounds.js';
import { Unavailable } from '../../../src/platform/errors.js';
import { sampleEvents } from '../../support/sample-events.js';
import { contradiction, type AppendAnswer, type Operation } from './linearizable.js';
import { STREAMS, type Clients, type Expectation, type Step } from './plans.js';

/** The methods of an engine that clients use. */
export type Log = Pick<EventStore, 'append' | 'appendBulk' | 'readStream'>;

/** How many answers of each kind clients got, and a report on each stream whose calls have no valid order. */
export type HistoryCheck = Readonly<{
  answers: Readonly<Record<AppendAnswer['kind'] | 'read', number>>;
  contradictions: readonly string[];
}>;

/** Runs clients on new streams of one log, each with one of its stores, and checks the answers they got. */
export async function checkClients(stores: readonly Log[], plan: Clients): Promise<HistoryCheck> {
  const history = new History();
  const storeOf = (number: number) => stores[number % stores.length] ?? stores[0];
  await Promise.all(plan.map((steps, number) => new Client(history, storeOf(number)).perform(steps)));
  // A lost event may be one that no client has read.
  for (const store of stores) await new Client(history, store).readEverything();
  return history.check();
}

/** The calls of all clients, with times of one clock. */
class History {
  readonly #name = `history-${randomUUID().slice(0, 8)}`;
  readonly #calls = new Map<string, Operation[]>();
  #clock = 0;

  tick(): number {
    return (this.#clock += 1);
  }

  streamOf(number: number): string {
    return `${this.#name}-${number % STREAMS}`;
  }

  note(stream: string, operation: Operation): void {
    this.#calls.set(stream, [...(this.#calls.get(stream) ?? []), operation]);
  }

  check(): HistoryCheck {
    const answers = { stored: 0, conflict: 0, unknown: 0, read: 0 };
    for (const operation of [...this.#calls.values()].flat()) {
      answers[operation.kind === 'read' ? 'read' : operation.answer.kind] += 1;
    }
    const contradictions = [...this.#calls.values()].map(contradiction).filter((found) => found !== null);
    return { answers, contradictions };
  }
}

class Client {
  /** The last revision of each stream that this client knows. */
  readonly #lastKnown = new Map<string, number>();

  constructor(
    private readonly history: History,
    private readonly store: Log | undefined,
  ) {}

  async perform(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.pause > 0) await pause(step.pause);
      const stream = this.history.streamOf(step.stream);
      if (step.kind === 'read') await this.#read(stream, step.bounds);
      else await this.#append(stream, step);
    }
  }

  async readEverything(): Promise<void> {
    for (let stream = 0; stream < STREAMS; stream += 1) {
      const deadline = performance.now() + 10_000;
      const bounds = { from: 0, direction: 'forwards', limit: Infinity } as const;
      while (!(await this.#read(this.history.streamOf(stream), bounds))) {
        if (performance.now() > deadline) throw new Error('the log did not answer within 10 s');
        await pause(20);
      }
    }
  }

  /** @returns false when there was no answer to check. */
  async #read(stream: string, bounds: StreamBounds): Promise<boolean> {
    const startedAt = this.history.tick();
    const answer = await this.#idsOf(stream, bounds);
    if (answer === null) return false;
    this.history.note(stream, { kind: 'read', bounds, answer, startedAt, endedAt: this.history.tick() });
    return true;
  }

  async #idsOf(stream: string, bounds: StreamBounds): Promise<readonly string[] | 'not-found' | null> {
    const ids: string[] = [];
    try {
      for await (const { id, revision } of this.#log().readStream(stream, bounds)) {
        ids.push(id);
        this.#lastKnown.set(stream, Math.max(revision, this.#lastKnown.get(stream) ?? -1));
      }
      return ids;
    } catch (error) {
      if (error instanceof StreamNotFound) return 'not-found';
      if (error instanceof Unavailable) return null;
      throw error;
    }
  }

  /** Appends, and repeats the append with the same events as often as the step says, after any answer. */
  async #append(stream: string, step: Extract<Step, { events: number }>): Promise<void> {
    const next = this.history.streamOf(step.stream + 1);
    const appends = (step.kind === 'bulk' ? [stream, next] : [stream]).map((name) => ({
      stream: name,
      expected: this.#expected(name, step.expected),
      events: sampleEvents(step.events),
    }));
    for (let time = 0; time <= step.repeats; time += 1) await this.#request(step.kind, appends);
  }

  async #request(kind: 'append' | 'bulk', appends: readonly Request[]): Promise<void> {
    const startedAt = this.history.tick();
    const answers = await this.#answers(kind, appends);
    appends.forEach(({ stream, expected, events }, index) => {
      const answer = answers[index] ?? { kind: 'unknown' };
      const endedAt = answer.kind === 'unknown' ? Infinity : this.history.tick();
      const ids = events.map(({ id }) => id);
      this.history.note(stream, { kind: 'append', expected, ids, answer, startedAt, endedAt });
      if (answer.kind === 'stored') this.#lastKnown.set(stream, answer.revision);
      if (answer.kind === 'conflict' && answer.actual !== 'no-stream')
        this.#lastKnown.set(stream, answer.actual);
    });
  }

  async #answers(kind: 'append' | 'bulk', appends: readonly Request[]): Promise<readonly AppendAnswer[]> {
    try {
      if (kind === 'bulk') return (await this.#log().appendBulk(appends)).map(answerOf);
      const [append] = appends;
      if (append === undefined) return [];
      return [answerOf(await this.#log().append(append.stream, append.expected, append.events))];
    } catch (error) {
      if (error instanceof Unavailable) return [];
      return [answerOf(error)];
    }
  }

  #expected(stream: string, expectation: Expectation): Request['expected'] {
    const lastKnown = this.#lastKnown.get(stream) ?? -1;
    const expected =
      expectation === 'no-stream'
        ? -1
        : lastKnown + { 'last-known': 0, 'one-less': -1, 'one-more': 1 }[expectation];
    return expected < 0 ? 'no-stream' : expected;
  }

  #log(): Log {
    if (this.store === undefined) throw new Error('a history needs a store');
    return this.store;
  }
}

type Request = StreamAppend & { expected: number | 'no-stream'; events: readonly NewEvent[] };

function answerOf(outcome: unknown): AppendAnswer {
  if (outcome instanceof RevisionConflict) return { kind: 'conflict', actual: outcome.actual };
  if (outcome instanceof Error) throw outcome;
  return { kind: 'stored', revision: (outcome as Appended).revision };
}

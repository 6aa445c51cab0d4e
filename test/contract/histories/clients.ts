import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { RevisionConflict, StreamNotFound } from '../../../src/event-store/event-store.errors.js';
import type { Appended, EventStore, NewEvent, StreamAppend } from '../../../src/event-store/event-store.js';
import type { StreamBounds } from '../../../src/event-store/core/stream-bounds.js';
import { Unavailable } from '../../../src/platform/errors.js';
import { sampleEvents } from '../../support/sample-events.js';
import { contradiction, type AppendAnswer, type Operation } from './linearizable.js';
import { STREAMS, type Clients, type Expectation, type Step } from './plans.js';

/** What clients ask of an engine. */
export type Log = Pick<EventStore, 'append' | 'appendBulk' | 'readStream'>;

/** What clients were told, by kind and number; and what contradicts each stream that has no order of its calls. */
export type Judgement = Readonly<{
  told: Readonly<Record<AppendAnswer['kind'] | 'read', number>>;
  contradictions: readonly string[];
}>;

/** Lets clients work on fresh streams of one log, each through one of its stores, and judges what they were told. */
export async function judgeClients(stores: readonly Log[], plan: Clients): Promise<Judgement> {
  const history = new History();
  const storeOf = (number: number) => stores[number % stores.length] ?? stores[0];
  await Promise.all(plan.map((steps, number) => new Client(history, storeOf(number)).take(steps)));
  // What nobody asked for may be what was lost.
  for (const store of stores) await new Client(history, store).readEverything();
  return history.judge();
}

/** The calls of all clients, on one clock. */
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

  judge(): Judgement {
    const told = { stored: 0, conflict: 0, unknown: 0, read: 0 };
    for (const operation of [...this.#calls.values()].flat()) {
      told[operation.kind === 'read' ? 'read' : operation.answer.kind] += 1;
    }
    const contradictions = [...this.#calls.values()].map(contradiction).filter((found) => found !== null);
    return { told, contradictions };
  }
}

class Client {
  /** The last revision of each stream, as far as this client was told. */
  readonly #seen = new Map<string, number>();

  constructor(
    private readonly history: History,
    private readonly store: Log | undefined,
  ) {}

  async take(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.pause > 0) await pause(step.pause);
      const stream = this.history.streamOf(step.stream);
      if (step.kind === 'read') await this.#read(stream, step.bounds);
      else await this.#append(stream, step);
    }
  }

  async readEverything(): Promise<void> {
    for (let stream = 0; stream < STREAMS; stream += 1) {
      const late = performance.now() + 10_000;
      const bounds = { from: 0, direction: 'forwards', limit: Infinity } as const;
      while (!(await this.#read(this.history.streamOf(stream), bounds))) {
        if (performance.now() > late) throw new Error('the log did not answer any more');
        await pause(20);
      }
    }
  }

  /** @returns false when there was no answer; then there is nothing to judge. */
  async #read(stream: string, bounds: StreamBounds): Promise<boolean> {
    const asked = this.history.tick();
    const answer = await this.#idsOf(stream, bounds);
    if (answer === null) return false;
    this.history.note(stream, { kind: 'read', bounds, answer, asked, told: this.history.tick() });
    return true;
  }

  async #idsOf(stream: string, bounds: StreamBounds): Promise<readonly string[] | 'not-found' | null> {
    const ids: string[] = [];
    try {
      for await (const { id, revision } of this.#log().readStream(stream, bounds)) {
        ids.push(id);
        this.#seen.set(stream, Math.max(revision, this.#seen.get(stream) ?? -1));
      }
      return ids;
    } catch (error) {
      if (error instanceof StreamNotFound) return 'not-found';
      if (error instanceof Unavailable) return null;
      throw error;
    }
  }

  /** Appends, and again with the same events as often as it is to be repeated, whatever was told of it before. */
  async #append(stream: string, step: Extract<Step, { events: number }>): Promise<void> {
    const next = this.history.streamOf(step.stream + 1);
    const appends = (step.kind === 'bulk' ? [stream, next] : [stream]).map((name) => ({
      stream: name,
      expected: this.#expected(name, step.expected),
      events: sampleEvents(step.events),
    }));
    for (let time = 0; time <= step.repeats; time += 1) await this.#ask(step.kind, appends);
  }

  async #ask(kind: 'append' | 'bulk', appends: readonly Asked[]): Promise<void> {
    const asked = this.history.tick();
    const answers = await this.#answers(kind, appends);
    appends.forEach(({ stream, expected, events }, index) => {
      const answer = answers[index] ?? { kind: 'unknown' };
      const told = answer.kind === 'unknown' ? Infinity : this.history.tick();
      const ids = events.map(({ id }) => id);
      this.history.note(stream, { kind: 'append', expected, ids, answer, asked, told });
      if (answer.kind === 'stored') this.#seen.set(stream, answer.revision);
      if (answer.kind === 'conflict' && answer.actual !== 'no-stream') this.#seen.set(stream, answer.actual);
    });
  }

  async #answers(kind: 'append' | 'bulk', appends: readonly Asked[]): Promise<readonly AppendAnswer[]> {
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

  #expected(stream: string, expectation: Expectation): Asked['expected'] {
    const seen = this.#seen.get(stream) ?? -1;
    const expected =
      expectation === 'no-stream'
        ? -1
        : seen + { 'what-was-seen': 0, 'one-less': -1, 'one-more': 1 }[expectation];
    return expected < 0 ? 'no-stream' : expected;
  }

  #log(): Log {
    if (this.store === undefined) throw new Error('a history needs a store');
    return this.store;
  }
}

type Asked = StreamAppend & { expected: number | 'no-stream'; events: readonly NewEvent[] };

function answerOf(outcome: unknown): AppendAnswer {
  if (outcome instanceof RevisionConflict) return { kind: 'conflict', actual: outcome.actual };
  if (outcome instanceof Error) throw outcome;
  return { kind: 'stored', revision: (outcome as Appended).revision };
}

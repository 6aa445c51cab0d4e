import type { Endpoint } from './grpc-errors.js';

/** A fault of one append. Times are in milliseconds. */
export type AppendFault =
  /** The connection is cut before the append is stored. */
  | Readonly<{ kind: 'lose-the-request' }>
  /** The append is stored, and the connection is cut before the answer. */
  | Readonly<{ kind: 'lose-the-answer' }>
  /** The append is stored and never answered. */
  | Readonly<{ kind: 'never-answer' }>
  | Readonly<{ kind: 'answer-late'; ms: number }>
  | Readonly<{ kind: 'answer-twice' }>
  /** The append is stored late. */
  | Readonly<{ kind: 'delay'; ms: number }>
  /** The server answers that it did not handle the append. */
  | Readonly<{ kind: 'not-handled' }>
  | Readonly<{ kind: 'not-leader'; leader: Endpoint }>;

/** A fault of one read or subscription, after a number of events. */
export type ReadFault = Readonly<{ after: number }> &
  (
    | Readonly<{ kind: 'sever' }>
    /** All connections are cut, not only the call's own. */
    | Readonly<{ kind: 'sever-all' }>
    /** The server sends nothing more, and no error. */
    | Readonly<{ kind: 'silence' }>
    /** The server ends the call as if it were complete. */
    | Readonly<{ kind: 'end' }>
    | Readonly<{ kind: 'unavailable' }>
    | Readonly<{ kind: 'delay'; ms: number }>
    /** Every further event is sent twice. */
    | Readonly<{ kind: 'twice' }>
    | Readonly<{ kind: 'not-leader'; leader: Endpoint }>
  );

/** Kinds of calls that have faults. */
export type ReadKind = 'read' | 'subscription';

/** Pending faults. Each affects one call, in the order in which they were added. */
export class Faults {
  /** How long a subscription takes for the events of one search window, in milliseconds. */
  searchMs = 0;
  readonly #appends: AppendFault[] = [];
  readonly #reads: Record<ReadKind, ReadFault[]> = { read: [], subscription: [] };
  #struck = 0;

  /** Number of faults that have taken effect. */
  get struck(): number {
    return this.#struck;
  }

  onAppend(...faults: AppendFault[]): void {
    this.#appends.push(...faults);
  }

  /** Adds faults for reads of a stream or of `$all`. */
  onRead(...faults: ReadFault[]): void {
    this.#reads.read.push(...faults);
  }

  onSubscription(...faults: ReadFault[]): void {
    this.#reads.subscription.push(...faults);
  }

  /** Removes the pending faults. */
  clear(): void {
    this.#appends.length = 0;
    this.#reads.read.length = 0;
    this.#reads.subscription.length = 0;
  }

  takeForAppend(): AppendFault | undefined {
    return this.#counted(this.#appends.shift());
  }

  /** The next fault. It is counted only when the call reaches the event at which it takes effect. */
  takeForRead(kind: ReadKind): ReadFault | undefined {
    return this.#reads[kind].shift();
  }

  countRead(): void {
    this.#struck += 1;
  }

  #counted<F>(fault: F | undefined): F | undefined {
    if (fault !== undefined) this.#struck += 1;
    return fault;
  }
}

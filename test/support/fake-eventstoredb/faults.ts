import type { Endpoint } from './grpc-errors.js';

/** What goes wrong with one append; times in milliseconds. */
export type AppendFault =
  /** The connection is cut before the append is stored. */
  | Readonly<{ kind: 'lose-the-request' }>
  /** It is stored, and the connection is cut instead of an answer. */
  | Readonly<{ kind: 'lose-the-answer' }>
  /** It is stored, and nothing is ever said of it. */
  | Readonly<{ kind: 'never-answer' }>
  | Readonly<{ kind: 'answer-late'; ms: number }>
  | Readonly<{ kind: 'answer-twice' }>
  /** It is stored only after a while. */
  | Readonly<{ kind: 'delay'; ms: number }>
  /** The server does not handle it, and says so in an answer. */
  | Readonly<{ kind: 'not-handled' }>
  | Readonly<{ kind: 'not-leader'; leader: Endpoint }>;

/** What goes wrong with one read or subscription, once it has sent so many events. */
export type ReadFault = Readonly<{ after: number }> &
  (
    | Readonly<{ kind: 'sever' }>
    /** All connections, not only the call's own. */
    | Readonly<{ kind: 'sever-all' }>
    /** Nothing more comes, and nothing tells of it. */
    | Readonly<{ kind: 'silence' }>
    /** The server ends the call as if it were done. */
    | Readonly<{ kind: 'end' }>
    | Readonly<{ kind: 'unavailable' }>
    | Readonly<{ kind: 'delay'; ms: number }>
    /** Every further event comes twice. */
    | Readonly<{ kind: 'twice' }>
    | Readonly<{ kind: 'not-leader'; leader: Endpoint }>
  );

/** The calls that can be made to fail. */
export type ReadKind = 'read' | 'subscription';

/** Faults waiting for calls to strike: each strikes one, in the order in which they were set. */
export class Faults {
  /** How long a subscription takes to look at as many events as its filter's window has, in milliseconds. */
  searchMs = 0;
  readonly #appends: AppendFault[] = [];
  readonly #reads: Record<ReadKind, ReadFault[]> = { read: [], subscription: [] };
  #struck = 0;

  /** How many have struck. */
  get struck(): number {
    return this.#struck;
  }

  onAppend(...faults: AppendFault[]): void {
    this.#appends.push(...faults);
  }

  /** For reads of a stream or of `$all`. */
  onRead(...faults: ReadFault[]): void {
    this.#reads.read.push(...faults);
  }

  onSubscription(...faults: ReadFault[]): void {
    this.#reads.subscription.push(...faults);
  }

  /** Those that have not struck yet never will. */
  clear(): void {
    this.#appends.length = 0;
    this.#reads.read.length = 0;
    this.#reads.subscription.length = 0;
  }

  takeForAppend(): AppendFault | undefined {
    return this.#counted(this.#appends.shift());
  }

  /** The fault is counted when the call reaches the event at which it strikes. */
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

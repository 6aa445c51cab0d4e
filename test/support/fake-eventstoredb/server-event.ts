/** An event as an append proposes it. */
export type ProposedEvent = Readonly<{
  id: string;
  type: string;
  json: boolean;
  data: Uint8Array;
  metadata: Uint8Array;
}>;

/** An event as the server holds it; position is commit and prepare position in one. */
export type ServerEvent = ProposedEvent &
  Readonly<{ stream: string; revision: number; position: bigint; createdMs: number }>;

/** What an append takes its stream to be. */
export type Expected = number | 'any' | 'no_stream' | 'stream_exists';

/** What became of an append, or of a deletion. */
export type Outcome =
  | Readonly<{ kind: 'done'; next: number; position: bigint }>
  /** `current` is -1 when there is no stream. */
  | Readonly<{ kind: 'wrong-expected-version'; current: number }>
  | Readonly<{ kind: 'stream-deleted' }>;

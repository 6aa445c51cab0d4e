/** An event as an append proposes it. */
export type ProposedEvent = Readonly<{
  id: string;
  type: string;
  json: boolean;
  data: Uint8Array;
  metadata: Uint8Array;
}>;

/** An event as the server stores it. Commit and prepare positions are the same. */
export type ServerEvent = ProposedEvent &
  Readonly<{ stream: string; revision: number; position: bigint; createdMs: number }>;

/** The revision that an append expects. */
export type Expected = number | 'any' | 'no_stream' | 'stream_exists';

/** The result of an append or of a deletion. */
export type AppendResult =
  | Readonly<{ kind: 'done'; next: number; position: bigint }>
  /** `current` is -1 when there is no stream. */
  | Readonly<{ kind: 'wrong-expected-version'; current: number }>
  | Readonly<{ kind: 'stream-deleted' }>;

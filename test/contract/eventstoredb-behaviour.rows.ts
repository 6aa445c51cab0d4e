import type { AppendExpectedRevision } from '@eventstore/db-client';

/**
 * What a real EventStoreDB (23.10.6, measured) answers to appends: the stream holds what was appended before, each
 * step an append of events named by letters, `next` the answer's next expected revision, or the type of the error.
 */
export type AppendRow = Readonly<{
  says: string;
  steps: readonly [expected: AppendExpectedRevision, events: string, answer: bigint | string][];
  /** The events of the stream in the end; undefined for no stream. */
  holds: string | undefined;
}>;

const WRONG = 'wrong-expected-version';

export const APPEND_ROWS: readonly AppendRow[] = [
  {
    says: 'an append is idempotent when it names no stream or an exact revision',
    steps: [
      ['no_stream', 'ab', 1n],
      ['no_stream', 'ab', 1n],
      [1n, 'c', 2n],
      [1n, 'c', 2n],
    ],
    holds: 'abc',
  },
  {
    says: 'a repeat of the beginning of an append is a repeat, and answered as one of its own',
    steps: [
      ['no_stream', 'ab', 1n],
      ['no_stream', 'a', 0n],
    ],
    holds: 'ab',
  },
  {
    says: 'known events not from the start, or followed by a new one, are no repeat',
    steps: [
      ['no_stream', 'ab', 1n],
      ['no_stream', 'b', WRONG],
      ['no_stream', 'abc', WRONG],
    ],
    holds: 'ab',
  },
  {
    says: 'any revision is idempotent as long as the server remembers the ids',
    steps: [
      ['no_stream', 'ab', 1n],
      ['any', 'ab', 1n],
      ['any', 'b', 1n],
      ['any', 'bc', WRONG],
    ],
    holds: 'ab',
  },
  {
    says: 'a revision that is behind or ahead is refused',
    steps: [
      ['no_stream', 'abc', 2n],
      [1n, 'd', WRONG],
      [9n, 'd', WRONG],
    ],
    holds: 'abc',
  },
  {
    says: 'a stream that is to exist and does not is refused',
    steps: [['stream_exists', 'd', WRONG]],
    holds: undefined,
  },
  {
    says: 'an append of no events to no stream succeeds and makes none',
    steps: [['no_stream', '', 0n]],
    holds: undefined,
  },
  {
    says: 'an append of no events under a wrong revision is refused',
    steps: [
      ['no_stream', 'ab', 1n],
      [7n, '', WRONG],
    ],
    holds: 'ab',
  },
  {
    says: 'the same id twice in one append is stored twice',
    steps: [['no_stream', 'aa', 1n]],
    holds: 'aa',
  },
];

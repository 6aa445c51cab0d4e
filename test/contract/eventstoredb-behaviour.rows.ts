import type { AppendExpectedRevision } from '@eventstore/db-client';

/**
 * Appends to one stream, and what a real EventStoreDB (23.10.6) was observed to answer. Each step appends events named
 * by letters; the answer is the next expected revision or the type of the error.
 */
export type AppendRow = Readonly<{
  title: string;
  steps: readonly [expected: AppendExpectedRevision, events: string, answer: bigint | string][];
  /** The events of the stream after all steps; undefined for no stream. */
  holds: string | undefined;
}>;

const WRONG = 'wrong-expected-version';

export const APPEND_ROWS: readonly AppendRow[] = [
  {
    title: 'is idempotent when it expects no stream or an exact revision',
    steps: [
      ['no_stream', 'ab', 1n],
      ['no_stream', 'ab', 1n],
      [1n, 'c', 2n],
      [1n, 'c', 2n],
    ],
    holds: 'abc',
  },
  {
    title: 'that repeats the beginning of an earlier one is answered with its own last event',
    steps: [
      ['no_stream', 'ab', 1n],
      ['no_stream', 'a', 0n],
    ],
    holds: 'ab',
  },
  {
    title: 'of known events is no repeat when it skips the first one, or adds a new one',
    steps: [
      ['no_stream', 'ab', 1n],
      ['no_stream', 'b', WRONG],
      ['no_stream', 'abc', WRONG],
    ],
    holds: 'ab',
  },
  {
    title: 'at any revision is idempotent as long as the server remembers the ids',
    steps: [
      ['no_stream', 'ab', 1n],
      ['any', 'ab', 1n],
      ['any', 'b', 1n],
      ['any', 'bc', WRONG],
    ],
    holds: 'ab',
  },
  {
    title: 'is refused when its revision is behind or ahead',
    steps: [
      ['no_stream', 'abc', 2n],
      [1n, 'd', WRONG],
      [9n, 'd', WRONG],
    ],
    holds: 'abc',
  },
  {
    title: 'is refused when it expects that the stream exists and it does not',
    steps: [['stream_exists', 'd', WRONG]],
    holds: undefined,
  },
  {
    title: 'of no events to no stream succeeds and creates none',
    steps: [['no_stream', '', 0n]],
    holds: undefined,
  },
  {
    title: 'of no events is refused at a wrong revision',
    steps: [
      ['no_stream', 'ab', 1n],
      [7n, '', WRONG],
    ],
    holds: 'ab',
  },
  {
    title: 'that has the same id twice stores it twice',
    steps: [['no_stream', 'aa', 1n]],
    holds: 'aa',
  },
];

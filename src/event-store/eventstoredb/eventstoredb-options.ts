import { InvalidInput } from '../../platform/errors.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';

/** The server, and how the store uses it. */
export type EventStoreDbOptions = Readonly<{
  /** `esdb://…` or `esdb+discover://…`; TLS and credentials in it are honoured. */
  url: string;
}> &
  Partial<
    Readonly<{
      /** The beginning of every stream's name in EventStoreDB. No other streams are read. */
      streamPrefix: string;
      /** Retries after a transient failure, for appends and reads alike. */
      retryPolicy: RetryPolicy;
      /** How long an append may go unanswered before it is sent again, in milliseconds. */
      answerMs: number;
      /** After how long a silence a read is begun again, or a subscription checked, in milliseconds. */
      silenceMs: number;
      /** Pauses between the end of a subscription on the server and the next one. */
      resubscribePolicy: RetryPolicy;
    }>
  >;

export const DEFAULTS = {
  streamPrefix: 'upheld.',
  retryPolicy: { firstMs: 50, longestMs: 1_000, factor: 3, retries: 6, limitMs: 5_000 },
  answerMs: 5_000,
  silenceMs: 10_000,
  resubscribePolicy: { firstMs: 50, longestMs: 2_000 },
};

/** How the log is read. */
export type ReadOptions = Readonly<{
  prefix: string;
  retryPolicy: RetryPolicy;
  /** How long nothing may come of a read before it fails, in milliseconds. */
  silenceMs: number;
  /** Ends reads and their retries when aborted, with its reason as the error. */
  closing: AbortSignal;
}>;

/** How events are appended. Closing the store does not end an append's retries. */
export type WriteOptions = Readonly<{ prefix: string; retryPolicy: RetryPolicy; answerMs: number }>;

/** Printable characters, no space, and not the beginning of a system stream's name. */
const PREFIX = /^(?!\$)[!-~]{1,50}$/;

/** @throws InvalidInput when it cannot be the beginning of the streams' names. */
export function checkStreamPrefix(prefix: string): void {
  if (PREFIX.test(prefix)) return;
  const detail = 'must be 1 to 50 printable characters, no space, and not begin with $';
  const faults = [{ pointer: 'UPHELD_STREAM_PREFIX', detail }];
  throw new InvalidInput(`the prefix of streams ${detail}`, faults, 'invalid-configuration');
}

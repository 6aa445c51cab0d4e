import { types } from 'node:util';
import { ErrorType } from '@eventstore/db-client';
import { UpheldError } from '../../platform/errors.js';
import { retry, retryIteration, type RetryPolicy } from '../../platform/retry-policy.js';
import { TimedOut } from '../../platform/timeout.js';
import { storeUnavailable } from '../event-store.errors.js';

/** Error types of a server that cannot serve at present, or whose connection is lost. */
const TRANSIENT_TYPES: ReadonlySet<string> = new Set<string>([
  ErrorType.UNAVAILABLE,
  ErrorType.DEADLINE_EXCEEDED,
  ErrorType.TIMEOUT,
  ErrorType.CANCELLED,
  ErrorType.NOT_LEADER,
  ErrorType.UNKNOWN,
]);

/** gRPC's CANCELLED (by the server), UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE. */
const TRANSIENT_CODES: ReadonlySet<number> = new Set([1, 2, 4, 8, 10, 13, 14]);

/** The client's name for an error of the server; undefined for any other error. */
export function errorTypeOf(error: unknown): string | undefined {
  const type = types.isNativeError(error) && 'type' in error ? error.type : undefined;
  return typeof type === 'string' ? type : undefined;
}

/** Whether the server says that a stream never existed, was deleted, or has a tombstone. */
export function isStreamMissing(error: unknown): boolean {
  const type = errorTypeOf(error);
  return type === ErrorType.STREAM_NOT_FOUND || type === ErrorType.STREAM_DELETED;
}

/**
 * Whether the server did not answer, or answered that it cannot serve at present. The request may have taken effect
 * or not.
 */
export function isTransientEventStoreDbFailure(error: unknown): boolean {
  if (error instanceof TimedOut) return true;
  if (!types.isNativeError(error) || error instanceof UpheldError) return false;
  const type = errorTypeOf(error);
  if (type !== undefined) return TRANSIENT_TYPES.has(type);
  if ('code' in error && typeof error.code === 'number') return TRANSIENT_CODES.has(error.code);
  // Failed discovery and Node's system errors. A defect of the program has a class of its own.
  return error.name === 'Error' || error.name === 'AggregateError';
}

/**
 * Tries again after a transient failure. The work must be safe to repeat.
 * @param work is given the number of failures before it.
 * @param closing ends the retries when aborted.
 * @throws Unavailable after the last attempt, and at once for any other error of the server; the reason of `closing`
 *   when it aborts before another attempt.
 */
export async function retryEventStoreDb<T>(
  work: (failures: number) => Promise<T>,
  policy: RetryPolicy,
  closing?: AbortSignal,
): Promise<T> {
  const options = { policy, isTransient: isTransientEventStoreDbFailure, signal: closing };
  try {
    return await retry(work, options);
  } catch (error) {
    throw asUnavailable(error);
  }
}

/**
 * Yields what `open` yields, and opens again after a transient failure. `open` must continue after the last item
 * yielded. Each item resets the policy.
 * @throws as {@link retryEventStoreDb}.
 */
export async function* retryEventStoreDbRead<T>(
  open: () => AsyncIterable<T>,
  policy: RetryPolicy,
  closing?: AbortSignal,
): AsyncGenerator<T> {
  const options = { policy, isTransient: isTransientEventStoreDbFailure, signal: closing };
  try {
    yield* retryIteration(open, options);
  } catch (error) {
    throw asUnavailable(error);
  }
}

/** Errors of the server become Unavailable: the caller's request is one that the server always accepts. */
function asUnavailable(error: unknown): unknown {
  const isServers = isTransientEventStoreDbFailure(error) || errorTypeOf(error) !== undefined;
  return isServers ? storeUnavailable(error) : error;
}

import { types } from 'node:util';
import { ErrorType } from '@eventstore/db-client';
import { TimedOut } from '../../platform/timeout.js';
import { UpheldError } from '../../platform/errors.js';
import { RetryAttempts, retryOnOutage as patiently, storeUnavailable } from '../../platform/retry-policy.js';
import type { RetryPolicy } from '../../platform/retry-policy.js';

/** What a server says that cannot serve at present, or whose connection is lost; asking again may help. */
const OUTAGES: ReadonlySet<string> = new Set<string>([
  ErrorType.UNAVAILABLE,
  ErrorType.DEADLINE_EXCEEDED,
  ErrorType.TIMEOUT,
  ErrorType.CANCELLED,
  ErrorType.NOT_LEADER,
  ErrorType.UNKNOWN,
]);

/** gRPC: UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE; CANCELLED by the server. */
const OUTAGE_CODES: ReadonlySet<unknown> = new Set([1, 2, 4, 8, 10, 13, 14]);

/** What the server says of a stream that was never there, was deleted, or was deleted for ever. */
export const MISSING: ReadonlySet<string | undefined> = new Set<string | undefined>([
  ErrorType.STREAM_NOT_FOUND,
  ErrorType.STREAM_DELETED,
]);

/** The client's name of an error, undefined for one that is not the server's. */
export function errorTypeOf(error: unknown): string | undefined {
  const type = types.isNativeError(error) && 'type' in error ? error.type : undefined;
  return typeof type === 'string' ? type : undefined;
}

/** Whether the server did not answer, or answered that it cannot: what was asked may have happened or not. */
export function isTransientEventStoreDbFailure(error: unknown): boolean {
  if (error instanceof TimedOut) return true;
  if (!types.isNativeError(error) || error instanceof UpheldError) return false;
  const type = errorTypeOf(error);
  if (type !== undefined) return OUTAGES.has(type);
  if ('code' in error && typeof error.code === 'number') return OUTAGE_CODES.has(error.code);
  // Failed discovery, and Node's system errors; a defect of the program has a class of its own.
  return error.name === 'Error' || error.name === 'AggregateError';
}

/** How long nothing may come while something is waited for, in milliseconds; and what ends the wait. */
export type Waiting = Readonly<{ silenceMs: number; closing: AbortSignal }>;

/**
 * Tries again after an outage, until patience ends; it must be safe to.
 * @throws Unavailable after the last attempt, and at once for anything else that the server says.
 */
export function retryEventStoreDb<T>(
  attempt: (failures: number) => Promise<T>,
  patience: RetryPolicy,
): Promise<T> {
  return patiently(attempt, patience, isTransientEventStoreDbFailure).catch(tellServers);
}

/** What else the server says is not the caller's doing, who asked for what is asked always. */
function tellServers(error: unknown): never {
  throw errorTypeOf(error) === undefined ? error : storeUnavailable(error);
}

/**
 * Yields what `open` yields, and opens again after an outage; `open` must go on from where it was. Patience
 * begins anew with every item.
 * @throws Unavailable after the last attempt, and at once for anything else that the server says.
 */
export async function* resumed<T>(open: () => AsyncIterable<T>, patience: RetryPolicy): AsyncGenerator<T> {
  const attempts = new RetryAttempts(patience, isTransientEventStoreDbFailure);
  for (;;) {
    try {
      for await (const item of open()) {
        attempts.succeeded();
        yield item;
      }
      return;
    } catch (error) {
      await attempts.failed(error).catch(tellServers);
    }
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import { pauseMs, type RetryPolicy } from '../platform/retry-policy.js';

/** Most attempts to decide a command while others write the same stream. */
export const MAX_ATTEMPTS = 20;

const CONFLICT_POLICY: RetryPolicy = { firstMs: 2, longestMs: 250, jitter: true };

/**
 * Waits before a command is decided again after so many attempts, some two seconds on average after all of them. A
 * server may report a conflict with an event that readers see only a moment later, as a cluster does.
 */
export async function conflictBackoff(attempts: number): Promise<void> {
  await pause(pauseMs(CONFLICT_POLICY, attempts));
}

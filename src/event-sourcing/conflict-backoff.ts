import { setTimeout as pause } from 'node:timers/promises';
import { pauseMs, type RetryPolicy } from '../platform/retry-policy.js';

/** Most attempts to decide a command while others write the same stream. */
export const MAX_ATTEMPTS = 20;

const CONFLICT_POLICY: RetryPolicy = { firstMs: 2, longestMs: 250, jitter: true };

/**
 * Waits before a command is decided again after `attempts` attempts. All pauses together take some two seconds on
 * average: a server, such as a cluster, may report a conflict with an event that readers see only a moment later.
 */
export async function conflictBackoff(attempts: number): Promise<void> {
  await pause(pauseMs(CONFLICT_POLICY, attempts));
}

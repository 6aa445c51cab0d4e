import type { Position } from '../event-store/position.js';

/**
 * Waits until a projection holds a position of the log, whichever process projects it.
 * @param timeoutMs longest wait.
 * @throws Unavailable `projection-behind` when it does not in time, `projection-stopped` when an event has stopped it;
 *   LogMismatch when its tables come from another log.
 */
export type AwaitPosition = (projection: string, position: Position, timeoutMs: number) => Promise<void>;
export const AWAIT_POSITION = Symbol('AwaitPosition');

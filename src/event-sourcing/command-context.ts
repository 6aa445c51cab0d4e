import { hash, randomUUID } from 'node:crypto';
import { canonicalJson } from '../event-store/core/canonical-json.js';
import type { Actor } from '../event-store/event-store.js';

/** What accompanies a command: who sent it, when, and under which id. */
export type CommandContext = Readonly<{
  /** The `Idempotency-Key` where one was given, else a random UUID. */
  id: string;
  actor: Actor;
  /** When the command was received, by the application's clock. */
  at: Date;
  correlationId: string;
  /** Whether the caller chose the id, and so may repeat the command. */
  keyed?: boolean;
}>;

/** The context of a command without a key; it correlates with nothing but itself. */
export function commandContext(actor: Actor, at: Date, id: string = randomUUID()): CommandContext {
  return { id, actor, at, correlationId: id };
}

/**
 * SHA-256 (hex) of the canonical JSON of a command. It distinguishes a repeated command from another command under the
 * same key. A field that is undefined counts as absent.
 */
export function contentHash(command: object): string {
  return hash('sha256', canonicalJson(command, 'undefined-is-absent'));
}

/**
 * SHA-256 (hex) of a command that is JSON text already. The text is not made canonical, which is faster in bulk: use
 * it only for commands that are never repeated by key.
 */
export function contentHashOfJsonText(type: string, text: string): string {
  return hash('sha256', `${type}\n${text}`);
}

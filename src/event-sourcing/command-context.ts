import { hash, randomUUID } from 'node:crypto';
import { canonicalJson } from '../event-store/core/canonical-json.js';
import type { Actor } from '../event-store/event-store.js';

/** What a command carries besides its content. */
export type CommandContext = Readonly<{
  /** The `Idempotency-Key` where one was given, else a fresh UUID. */
  id: string;
  actor: Actor;
  /** The application's clock when the command came in. */
  at: Date;
  correlationId: string;
  /** The caller chose the id, to be able to repeat the command. */
  keyed?: boolean;
}>;

/** An envelope for a command that came without a key. */
export function commandContext(actor: Actor, at: Date, id: string = randomUUID()): CommandContext {
  return { id, actor, at, correlationId: id };
}

/**
 * SHA-256 (hex) over the canonical JSON of a command: tells a repeat from another command under the same key.
 * A field that is undefined counts as absent.
 */
export function contentHash(command: object): string {
  return hash('sha256', canonicalJson(command, 'undefined-is-absent'));
}

/** SHA-256 (hex) over a command that nobody repeats by its key, as text: many come at once, and the order of keys is no matter. */
export function contentHashOfText(type: string, text: string): string {
  return hash('sha256', `${type}\n${text}`);
}

import type { Actor } from '../event-store/event-store.js';

/** A command or query, as far as the policy looks at it. */
export type PolicyRequest = Readonly<{
  /** What is asked: the type of the command or query, such as `RecordDecision`. */
  type: string;
  /** Codes of every body it concerns; a correction of the body complained about names two. */
  authorities: readonly string[];
}>;

/**
 * The seam for the policy: asked before `decide` of every command, whoever sends it. It allows everything until roles
 * exist.
 */
export function authorise(_actor: Actor, _request: PolicyRequest): void {
  // Everything is allowed: the API listens on this machine only, and callers cannot be told apart yet.
}

import type { Actor } from '../event-store/event-store.js';

/** A command or query, as far as the policy looks at it. */
export type PolicyRequest = Readonly<{
  /** The type of the command or query, such as `RecordDecision`. */
  type: string;
  /**
   * The codes of every body it concerns: a correction of the body complained about names two, a command about no body
   * none. `all` where it may concern any body, as an import does.
   */
  authorities: readonly string[] | 'all';
}>;

/** Decides whether an actor may do something, and refuses by throwing an error. */
export type Policy = (actor: Actor, request: PolicyRequest) => void;

/** The token under which Nest provides the {@link Policy}. */
export const POLICY = Symbol('Policy');

/**
 * The policy of the application, checked for every command before `decide`. It allows everything until roles exist.
 */
export const authorise: Policy = () => {
  // Everything is allowed: the API listens on this machine only, and does not identify its callers yet.
};

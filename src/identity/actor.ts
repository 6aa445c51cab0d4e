import { userInfo } from 'node:os';
import type { Actor } from '../event-store/event-store.js';

// Every actor that the program records. What is recorded is never changed, so neither are these names.

/** Any caller of the HTTP API. The API listens on this machine only, and does not identify its callers yet. */
export const HTTP_ACTOR: Actor = { id: 'local-api', role: 'unidentified' };

/** The person at the command line, by the name the operating system knows; `unknown` where it has no name. */
export function commandLineActor(): Actor {
  return { id: userName(), role: 'operator' };
}

/**
 * A bulk import and the person who runs it. Its events were first recorded elsewhere by others, and must be
 * distinguishable from what a person does through the API or by another command.
 */
export function importActor(): Actor {
  return { id: `import:${userName()}`, role: 'operator' };
}

/** A part of the program that acts by itself, such as the loading of the register. */
export function systemActor(id: 'register' | 'demo'): Actor {
  return { id, role: 'system' };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // The user of a container may have a number only.
    return 'unknown';
  }
}

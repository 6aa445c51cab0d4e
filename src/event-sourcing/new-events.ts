import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../event-store/event-store.js';
import type { CommandContext } from './command-context.js';
import { storedEvent, type DomainEvent, type EventSchemas } from './event-schema.js';

/**
 * The events of one decision as an append takes them, each with a random id.
 *
 * The ids must not follow from the command. Two processes that run one keyed command differ in `recordedAt`; under
 * equal ids EventStoreDB would acknowledge the second append as a repeat of the first, and the second process would
 * keep a state that was never stored. Only an engine that sends the same bytes again repeats them.
 */
export function newEvents<Event extends DomainEvent>(
  schemas: EventSchemas<Event['type']>,
  events: readonly Event[],
  { id, actor, at, correlationId }: CommandContext,
  contentHash: string,
): NewEvent[] {
  const metadata = {
    actor,
    recordedAt: at.toISOString(),
    correlationId,
    causationId: id,
    command: { id, contentHash },
  };
  return events.map((event) => ({ id: randomUUID(), ...storedEvent(schemas, event), metadata }));
}

import { hash } from 'node:crypto';
import type { ExpectedRevision } from '../../src/event-store/core/expected-revision.js';
import type { NewEvent } from '../../src/event-store/event-store.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';

/**
 * A log in memory that replaces the random ids of events by ids derived from the stream, the command and the event's
 * index within the command. Golden files made from it are the same on every run.
 */
export class GoldenStore extends MemoryEventStore {
  override append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]) {
    const withFixedIds = events.map((event, index) => {
      const { id, contentHash } = event.metadata.command;
      return { ...event, id: uuidOf(`${stream}\n${id}\n${contentHash}\n${index}`) };
    });
    return super.append(stream, expected, withFixedIds);
  }
}

/** A UUID (version 8) from the SHA-256 of a text. */
function uuidOf(text: string): string {
  const hex = hash('sha256', text);
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

import type { ServerEvent } from './server-event.js';

/** The events of each stream, by revision, and which streams were tombstoned. */
export class ServerStreams {
  readonly #events = new Map<string, ServerEvent[]>();
  readonly #tombstoned = new Set<string>();

  events(stream: string): readonly ServerEvent[] {
    return this.#events.get(stream) ?? [];
  }

  /** The last revision, -1 for no stream. */
  last(stream: string): number {
    return this.events(stream).length - 1;
  }

  add(event: ServerEvent): void {
    const events = this.#events.get(event.stream);
    if (events === undefined) this.#events.set(event.stream, [event]);
    else events.push(event);
  }

  /** Removes the last event of a stream, which may be a tombstone. */
  removeLast(stream: string): void {
    this.#events.get(stream)?.pop();
    this.#tombstoned.delete(stream);
  }

  tombstone(stream: string): void {
    this.#tombstoned.add(stream);
  }

  isTombstoned(stream: string): boolean {
    return this.#tombstoned.has(stream);
  }
}

import { z } from 'zod';
import type { CommandEnvelope } from '../event-store/command-envelope.js';
import type { EventStore } from '../event-store/event-store.js';
import { position, PositionSchema, type Position } from '../event-store/position.js';
import { StreamWriter, type Aggregate } from '../event-store/stream-writer.js';
import { boundedText } from '../platform/bounded-text.js';

/** Audited acts on a projection; events of the log, so that they outlive any rebuild and cannot be erased. */
const schemas = {
  ProjectionEventSkipped: z.strictObject({
    position: PositionSchema.in,
    eventId: z.uuid(),
    error: boundedText(2_000),
    reason: boundedText(500),
  }),
  ProjectionResumed: z.strictObject({ position: PositionSchema.in, eventId: z.uuid() }),
};

type SkipEvent = {
  [Type in keyof typeof schemas]: {
    readonly type: Type;
    readonly data: Readonly<z.infer<(typeof schemas)[Type]>>;
  };
}[keyof typeof schemas];

/** An event that a projection leaves out for ever, with the reason someone gave. */
export type Skip = Readonly<{ position: Position; eventId: string; error: string; reason: string }>;

export const PROJECTION_STREAMS = 'projection-';

const aggregate: Aggregate<readonly Skip[], SkipEvent> = {
  streamPrefix: PROJECTION_STREAMS,
  schemas,
  evolve: (skips, event) =>
    event.type === 'ProjectionEventSkipped'
      ? [...(skips ?? []), { ...event.data, position: position(event.data.position) }]
      : (skips ?? []),
};

/** What was said of a projection's stops: which events it skips, and when it was told to go on. */
export class ProjectionActs {
  private readonly writer: StreamWriter<readonly Skip[], SkipEvent>;

  constructor(store: EventStore) {
    this.writer = new StreamWriter(store, aggregate);
  }

  /** The events a projection skips, in the order they were skipped. */
  async skipsOf(projection: string): Promise<readonly Skip[]> {
    return (await this.writer.load(projection)).state ?? [];
  }

  async skip(projection: string, skip: Skip, envelope: CommandEnvelope): Promise<void> {
    const data = { ...skip, position: String(skip.position) };
    await this.writer.write(projection, data, envelope, (skips) =>
      skips?.some((known) => known.position === skip.position) === true
        ? []
        : [{ type: 'ProjectionEventSkipped', data }],
    );
  }

  async resume(
    projection: string,
    stop: Readonly<{ position: Position; eventId: string }>,
    envelope: CommandEnvelope,
  ): Promise<void> {
    const data = { position: String(stop.position), eventId: stop.eventId };
    await this.writer.write(projection, data, envelope, () => [{ type: 'ProjectionResumed', data }]);
  }
}

import { z } from 'zod';
import type { CommandContext } from '../event-sourcing/command-context.js';
import type { Actor, EventStore } from '../event-store/event-store.js';
import type { EventsOf } from '../event-sourcing/event-schema.js';
import { position, PositionSchema, type Position } from '../event-store/position.js';
import type { Aggregate } from '../event-sourcing/aggregate.js';
import { StreamCommandHandler } from '../event-sourcing/command-handler.js';
import { boundedText } from '../platform/bounded-text.js';
import type { DeadLetter } from './dead-letter.js';

/** Why someone has an event left out: 1 to 500 characters. */
export const SkipReasonSchema = boundedText(500);

const StopSchema = z.strictObject({
  position: PositionSchema.in,
  eventId: z.uuid(),
  /** Where the event stands, and what it is. */
  stream: z.string(),
  revision: z.int().nonnegative(),
  type: z.string(),
  error: boundedText(1_000),
});

/** Audited acts on a projection; events of the log, so that they outlive any rebuild and cannot be erased. */
export const projectionEventSchemas = {
  ProjectionEventSkipped: StopSchema.extend({ reason: SkipReasonSchema }),
  ProjectionResumed: StopSchema,
};

type ProjectionEvent = EventsOf<typeof projectionEventSchemas>;
type SkipFacts = Extract<ProjectionEvent, { type: 'ProjectionEventSkipped' }>['data'];

/** An event that a projection leaves out for ever, with who said so, when and why. */
export type SkippedEvent = Readonly<
  Omit<SkipFacts, 'position'> & {
    position: Position;
    actor: Actor;
    /** UTC instant by the clock of the one who said so. */
    at: string;
  }
>;

/** The stream of a projection's acts: `projection-statistics`. */
export const PROJECTION_STREAMS = 'projection-';

/** Positions of the events skipped. */
type Skips = readonly string[];

const aggregate: Aggregate<Skips, ProjectionEvent> = {
  streamPrefix: PROJECTION_STREAMS,
  schemas: projectionEventSchemas,
  evolve: (skips, event) =>
    event.type === 'ProjectionEventSkipped' ? [...(skips ?? []), event.data.position] : (skips ?? []),
};

/** What was said of a projection's stops: which events it skips, and when it was told to go on. */
export class ProjectionAudit {
  private readonly writer: StreamCommandHandler<Skips, ProjectionEvent>;

  constructor(store: EventStore) {
    this.writer = new StreamCommandHandler(store, aggregate);
  }

  /** The events a projection skips, in the order they were skipped. */
  async skipsOf(projection: string): Promise<readonly SkippedEvent[]> {
    const { history } = await this.writer.load(projection);
    return history.flatMap(({ event, metadata: { actor, recordedAt } }) =>
      event.type === 'ProjectionEventSkipped'
        ? [{ ...event.data, position: position(event.data.position), actor, at: recordedAt }]
        : [],
    );
  }

  /** Leaves the event of a stop out for ever; saying so again adds nothing. */
  async skip(projection: string, stop: DeadLetter, reason: string, envelope: CommandContext): Promise<void> {
    const data = { ...factsOf(stop), reason };
    await this.writer.handle(projection, data, envelope, (skips) =>
      skips?.includes(data.position) === true ? [] : [{ type: 'ProjectionEventSkipped', data }],
    );
  }

  /** Notes that the event of a stop was to be tried again. */
  async resume(projection: string, stop: DeadLetter, envelope: CommandContext): Promise<void> {
    const data = factsOf(stop);
    await this.writer.handle(projection, data, envelope, () => [{ type: 'ProjectionResumed', data }]);
  }
}

function factsOf({ position, eventId, stream, revision, type, error }: DeadLetter) {
  return { position: String(position), eventId, stream, revision, type, error };
}

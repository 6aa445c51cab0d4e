import { z } from 'zod';
import type { CommandContext } from '../event-sourcing/command-context.js';
import type { Actor, EventStore } from '../event-store/event-store.js';
import type { EventsOf } from '../event-sourcing/event-schema.js';
import { position, PositionSchema, type Position } from '../event-store/position.js';
import type { Aggregate } from '../event-sourcing/aggregate.js';
import { StreamCommandHandler } from '../event-sourcing/command-handler.js';
import { boundedText } from '../platform/bounded-text.js';
import type { DeadLetter } from './dead-letter.js';

/** Why an event is skipped: 1 to 500 characters. */
export const SkipReasonSchema = boundedText(500);

const StoppedAtSchema = z.strictObject({
  position: PositionSchema.in,
  eventId: z.uuid(),
  stream: z.string(),
  revision: z.int().nonnegative(),
  /** With the version of its schema: `InquiryOpened@1`. */
  type: z.string(),
  error: boundedText(1_000),
});

/** The audit of skips and resumptions. They are events of the log, so that they outlive any rebuild. */
export const projectionEventSchemas = {
  ProjectionEventSkipped: StoppedAtSchema.extend({ reason: SkipReasonSchema }),
  ProjectionResumed: StoppedAtSchema,
};

type ProjectionEvent = EventsOf<typeof projectionEventSchemas>;
type Skip = Extract<ProjectionEvent, { type: 'ProjectionEventSkipped' }>['data'];

/** An event that a projection or a reactor leaves out for ever, with who skipped it, when and why. */
export type SkippedEvent = Readonly<
  Omit<Skip, 'position'> & {
    position: Position;
    actor: Actor;
    /** UTC instant by the clock of the process that recorded the skip. */
    at: string;
  }
>;

/** Prefix of the audit's streams: `projection-statistics`. Reactors have audit streams too. */
export const PROJECTION_STREAMS = 'projection-';

/** Positions of the skipped events. */
type Skips = readonly string[];

const aggregate: Aggregate<Skips, ProjectionEvent> = {
  streamPrefix: PROJECTION_STREAMS,
  schemas: projectionEventSchemas,
  evolve: (skips, event) =>
    event.type === 'ProjectionEventSkipped' ? [...(skips ?? []), event.data.position] : (skips ?? []),
};

/** Records skips and resumptions in the log, and reads the skips. */
export class ProjectionAudit {
  private readonly handler: StreamCommandHandler<Skips, ProjectionEvent>;

  constructor(store: EventStore) {
    this.handler = new StreamCommandHandler(store, aggregate);
  }

  /** The skipped events, in the order in which they were skipped. */
  async skipsOf(name: string): Promise<readonly SkippedEvent[]> {
    const { history } = await this.handler.load(name);
    return history.flatMap(({ event, metadata: { actor, recordedAt } }) =>
      event.type === 'ProjectionEventSkipped'
        ? [{ ...event.data, position: position(event.data.position), actor, at: recordedAt }]
        : [],
    );
  }

  /** Records that the event of a dead letter is left out for ever; a second skip of it records nothing. */
  async recordSkip(name: string, letter: DeadLetter, reason: string, context: CommandContext): Promise<void> {
    const data = { ...stoppedAt(letter), reason };
    await this.handler.handle(name, data, context, (skips) =>
      skips?.includes(data.position) === true ? [] : [{ type: 'ProjectionEventSkipped', data }],
    );
  }

  /** Records that the event of a dead letter is tried again. */
  async recordResumption(name: string, letter: DeadLetter, context: CommandContext): Promise<void> {
    const data = stoppedAt(letter);
    await this.handler.handle(name, data, context, () => [{ type: 'ProjectionResumed', data }]);
  }
}

function stoppedAt({ position, eventId, stream, revision, type, error }: DeadLetter) {
  return { position: String(position), eventId, stream, revision, type, error };
}

import type { EventWithoutMetadata } from '../event-store/event-store.js';
import { DomainRefusal, NotFound } from '../platform/errors.js';
import type { Projection } from './projection.js';
import type { Reactor } from './reactor.js';
import type { Slice } from './slice.js';

/** What follows the log under a name, with a checkpoint and a lease of its own. */
export type Consumer = Projection | Reactor;

/** Rejects an event that the program does not know. @throws UnknownEvent */
export type RejectUnknownEvent = (event: EventWithoutMetadata) => void;

/** Whether a consumer fills tables, which can be rebuilt. */
export function isProjection(consumer: Consumer): consumer is Projection {
  return 'tables' in consumer;
}

/** How a consumer is called in logs and answers. */
export function kindOf(consumer: Consumer): 'projection' | 'reactor' {
  return isProjection(consumer) ? 'projection' : 'reactor';
}

/**
 * The projections and reactors of all slices. Each stops at an event that the program does not know.
 * @throws Error where two have one name, for they would share a checkpoint.
 */
export function consumersOf(
  slices: readonly Slice[],
  rejectUnknown: RejectUnknownEvent,
): readonly Consumer[] {
  const projections = slices.flatMap((slice) => slice.projections ?? []);
  const reactors = slices.flatMap((slice) => slice.reactors ?? []);
  const names = [...projections, ...reactors].map(({ name }) => name);
  const repeated = names.find((name, place) => names.indexOf(name) !== place);
  if (repeated !== undefined) throw new Error(`two projections or reactors are named ${repeated}`);
  return [
    ...projections.map((projection) => rejectingUnknownEvents(projection, rejectUnknown)),
    ...reactors.map((reactor) => reactorRejectingUnknownEvents(reactor, rejectUnknown)),
  ];
}

/** A projection that stops at an event that the program does not know, instead of leaving it out silently. */
export function rejectingUnknownEvents(
  projection: Projection,
  rejectUnknown: RejectUnknownEvent,
): Projection {
  const { name, version, tables } = projection;
  return {
    name,
    version,
    tables,
    fold: (page, transaction) => {
      page.forEach(rejectUnknown);
      return projection.fold(page, transaction);
    },
  };
}

/** A reactor that stops at an event that the program does not know: passed over once, it would never be acted on. */
function reactorRejectingUnknownEvents(reactor: Reactor, rejectUnknown: RejectUnknownEvent): Reactor {
  return {
    name: reactor.name,
    isInterestedIn: (event) => {
      rejectUnknown(event);
      return reactor.isInterestedIn(event);
    },
    react: (event, transaction) => reactor.react(event, transaction),
  };
}

/**
 * The consumers of a name; all where none is given.
 * @throws NotFound `projection-not-found`.
 */
export function consumersNamed(
  consumers: readonly Consumer[],
  name: string | undefined,
): readonly Consumer[] {
  const found = consumers.filter((consumer) => name === undefined || consumer.name === name);
  if (name !== undefined && found.length === 0)
    throw new NotFound('projection-not-found', `there is no projection ${name}`);
  return found;
}

/**
 * The projections of a name; all where none is given.
 * @throws NotFound `projection-not-found`; DomainRefusal `reactor-not-rebuilt` for a reactor's name.
 */
export function projectionsNamed(
  consumers: readonly Consumer[],
  name: string | undefined,
): readonly Projection[] {
  const found = consumersNamed(consumers, name);
  const projections = found.filter(isProjection);
  if (name !== undefined && projections.length === 0) {
    throw new DomainRefusal(
      'reactor-not-rebuilt',
      `${name} is a reactor: it acts once for each event and has no tables, so it is neither rebuilt nor verified`,
    );
  }
  return projections;
}

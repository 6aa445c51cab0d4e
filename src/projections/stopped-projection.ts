import type { DataSource } from 'typeorm';
import type { CommandContext } from '../event-sourcing/command-context.js';
import type { EventStore } from '../event-store/event-store.js';
import { DomainRefusal } from '../platform/errors.js';
import { deadLetterOf, removeDeadLetter, type DeadLetter } from './dead-letter.js';
import { ProjectionAudit } from './projection-audit.js';

type Stopped = Readonly<{ store: EventStore; database: DataSource }>;

/**
 * Has a stopped projection try its event again. The act stands in the log before it takes effect, so that no
 * stop ends without a trace.
 * @throws DomainRefusal `projection-not-stopped`.
 */
export async function resumeProjection(
  projection: string,
  envelope: CommandContext,
  { store, database }: Stopped,
): Promise<DeadLetter> {
  const stop = await stopOf(projection, database);
  await new ProjectionAudit(store).resume(projection, stop, envelope);
  await removeDeadLetter(projection, stop.position, database);
  return stop;
}

/**
 * Has a stopped projection leave its event out for ever, and go on after it. Cut off between the two steps it is
 * still stopped, and can be told again.
 * @throws DomainRefusal `projection-not-stopped`.
 */
export async function skipEvent(
  projection: string,
  reason: string,
  envelope: CommandContext,
  { store, database }: Stopped,
): Promise<DeadLetter> {
  const stop = await stopOf(projection, database);
  await new ProjectionAudit(store).skip(projection, stop, reason, envelope);
  await removeDeadLetter(projection, stop.position, database);
  return stop;
}

async function stopOf(projection: string, database: DataSource): Promise<DeadLetter> {
  const stop = await deadLetterOf(projection, database);
  if (stop !== null) return stop;
  throw new DomainRefusal('projection-not-stopped', `${projection} is not stopped by any event`);
}

import type { DataSource } from 'typeorm';
import type { CommandContext } from '../event-sourcing/command-context.js';
import type { EventStore } from '../event-store/event-store.js';
import { DomainRefusal } from '../platform/errors.js';
import { deadLetterOf, removeDeadLetter, type DeadLetter } from './dead-letter.js';
import { ProjectionAudit } from './projection-audit.js';

type Parts = Readonly<{ store: EventStore; database: DataSource }>;

/**
 * Lets a stopped projection or reactor try its event again. The audit is written first, so that none is resumed without
 * a trace.
 * @returns the dead letter that was removed.
 * @throws DomainRefusal `projection-not-stopped`.
 */
export async function resumeProjection(
  name: string,
  context: CommandContext,
  { store, database }: Parts,
): Promise<DeadLetter> {
  const letter = await requireDeadLetter(name, database);
  await new ProjectionAudit(store).recordResumption(name, letter, context);
  await removeDeadLetter(name, letter.position, database);
  return letter;
}

/**
 * Lets a stopped projection or reactor leave its event out for ever, and continue after it. The audit is written first;
 * after a crash between the two steps it is still stopped, and the skip can be repeated.
 * @returns the dead letter that was removed.
 * @throws DomainRefusal `projection-not-stopped`.
 */
export async function skipEvent(
  name: string,
  reason: string,
  context: CommandContext,
  { store, database }: Parts,
): Promise<DeadLetter> {
  const letter = await requireDeadLetter(name, database);
  await new ProjectionAudit(store).recordSkip(name, letter, reason, context);
  await removeDeadLetter(name, letter.position, database);
  return letter;
}

async function requireDeadLetter(name: string, database: DataSource): Promise<DeadLetter> {
  const letter = await deadLetterOf(name, database);
  if (letter !== null) return letter;
  throw new DomainRefusal('projection-not-stopped', `${name} is not stopped by any event`);
}

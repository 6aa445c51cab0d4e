import { setTimeout as pause } from 'node:timers/promises';
import type { AllStreamSubscription } from '@eventstore/db-client';

/** The revisions and the ends (`end`, `close`, or the type of an error) that a subscription yields in `ms` milliseconds. */
export async function collectMessages(subscription: AllStreamSubscription, ms: number) {
  const revisions: bigint[] = [];
  const ends: string[] = [];
  subscription.on('data', ({ event }) => {
    if (event !== undefined) revisions.push(event.revision);
  });
  subscription.on('error', (error) => ends.push((error as { type?: string }).type ?? error.message));
  subscription.on('end', () => ends.push('end'));
  subscription.on('close', () => ends.push('close'));
  await pause(ms);
  const seen = { revisions: [...revisions], ends: [...ends] };
  await subscription.unsubscribe().catch(() => undefined);
  return seen;
}

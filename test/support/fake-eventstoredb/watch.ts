import { setTimeout as pause } from 'node:timers/promises';
import type { AllStreamSubscription } from '@eventstore/db-client';

/** What a subscription brings and tells of itself within some time; then it is left. */
export async function watch(subscription: AllStreamSubscription, ms: number) {
  const revisions: bigint[] = [];
  const told: string[] = [];
  subscription.on('data', ({ event }) => {
    if (event !== undefined) revisions.push(event.revision);
  });
  subscription.on('error', (error) => told.push((error as { type?: string }).type ?? error.message));
  subscription.on('end', () => told.push('end'));
  subscription.on('close', () => told.push('close'));
  await pause(ms);
  const seen = { revisions: [...revisions], told: [...told] };
  await subscription.unsubscribe().catch(() => undefined);
  return seen;
}

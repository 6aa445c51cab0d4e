import { once } from 'node:events';

/** Stops and removes the PostgreSQL that the set-up of the run started, and waits for its end. */
export default async function tearDown(): Promise<void> {
  const child = globalThis.testDatabase;
  if (child === undefined || child.exitCode !== null) return;
  const end = once(child, 'exit');
  child.ref();
  child.stdin?.end();
  await end;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { verifyProjection } from '../../src/projections/verify.js';
import { openUpheld } from '../../src/upheld.js';
import { createDatabase } from '../support/database.js';

const CHILD = fileURLToPath(new URL('../support/crash-child.js', import.meta.url));

/** What a killer waits for before it strikes, and the longest it then takes, in milliseconds. */
const STRIKES = [
  { at: 'ready', within: 300 },
  { at: 'stored', within: 100 },
  { at: 'page', within: 20 },
  { at: 'swap', within: 6 },
  { at: 'swapped', within: 20 },
] as const;
const KILLS = 50;
/** Logs that are killed side by side, one for each processor of a small machine. */
const LANES = 2;

/** What processes said on one log before they were killed. */
type Said = { killed: number; swapped: number; cutSwaps: number; stored: Map<string, number> };

/** Starts a process, waits for a word of it, and kills it a random moment later; notes what it said. */
async function killOnce(databaseUrl: string, round: number, said: Said): Promise<void> {
  const strike = STRIKES[round % STRIKES.length] ?? STRIKES[0];
  const child = spawn(process.execPath, [CHILD, databaseUrl, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let swapping = false;
  let struck: Promise<void> | null = null;
  for await (const line of createInterface(child.stdout)) {
    const [word, stream = '', revision] = line.split(' ');
    if (word === 'stored') said.stored.set(stream, Number(revision));
    if (word === 'swap') swapping = true;
    if (word === 'swapped') [swapping, said.swapped] = [false, said.swapped + 1];
    if (word !== strike.at) continue;
    struck ??= pause(Math.random() * strike.within).then(() => {
      said.killed += child.kill('SIGKILL') ? 1 : 0;
    });
  }
  await struck;
  expect(await ended).toEqual([null, 'SIGKILL']);
  said.cutSwaps += swapping ? 1 : 0;
}

/** Kills many processes on one log, one after another, and then compares what is left with a fresh fold. */
async function lane(kills: number): Promise<Said> {
  const database = await createDatabase();
  const said: Said = { killed: 0, swapped: 0, cutSwaps: 0, stored: new Map() };
  try {
    for (let round = 0; round < kills; round += 1) await killOnce(database.url, round, said);
    const configuration = {
      dataFolder: '/nonexistent',
      databaseUrl: database.url,
      port: 0,
      logLevel: 'silent',
    } as const;
    const upheld = await openUpheld({ configuration, notice: () => undefined });
    try {
      await upheld.caughtUp();
      for (const projection of upheld.projections) {
        const signal = new AbortController().signal;
        expect(await verifyProjection({ ...upheld, projection, signal })).toMatchObject({
          position: await upheld.store.head(),
          difference: null,
        });
      }
      const last = new Map<string, number>();
      for await (const { stream, revision } of upheld.store.readAll()) last.set(stream, revision);
      const missing = [...said.stored].filter(([stream, revision]) => (last.get(stream) ?? -1) < revision);
      expect(missing).toEqual([]);
    } finally {
      await upheld.close();
    }
  } finally {
    await database.drop();
  }
  return said;
}

describe('killed at random points while it appends, projects, rebuilds and swaps', () => {
  it('leaves read models equal to a fresh fold, and every acknowledged event (slow)', async () => {
    const lanes = await Promise.all(Array.from({ length: LANES }, () => lane(KILLS / LANES)));
    const sum = (of: (said: Said) => number) => lanes.reduce((total, said) => total + of(said), 0);
    expect(sum(({ killed }) => killed)).toBe(KILLS);
    // Otherwise the kills have proved less than they claim.
    expect(sum(({ swapped }) => swapped)).toBeGreaterThanOrEqual(KILLS / STRIKES.length);
    expect(sum(({ cutSwaps }) => cutSwaps)).toBeGreaterThan(0);
    expect(sum(({ stored }) => stored.size)).toBeGreaterThan(KILLS);
  }, 180_000);
});

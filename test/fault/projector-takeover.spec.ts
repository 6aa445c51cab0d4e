import { Client } from 'pg';
import { Caseworkers, STATISTICS } from '../support/caseworkers.js';
import { createDatabase } from '../support/database.js';
import { expectEqualToFreshFold } from '../support/fresh-fold.js';
import { until } from '../support/projections.js';
import { ServedUpheld } from '../support/served-upheld.js';

/** How often the projecting process is killed. Another process always serves as well. */
const KILLS = 3;

let database: Awaited<ReturnType<typeof createDatabase>>;
let watcher: Client;
const serving: ServedUpheld[] = [];
beforeAll(async () => {
  database = await createDatabase();
  watcher = new Client({ connectionString: database.url });
  await watcher.connect();
});
afterAll(async () => {
  await Promise.all(serving.map((upheld) => upheld.stop('SIGKILL')));
  await watcher.end();
  await database.drop();
}, 60_000);

async function serve(): Promise<ServedUpheld> {
  const upheld = await ServedUpheld.start({ DATABASE_URL: database.url });
  serving.push(upheld);
  return upheld;
}

/** The pid of the PostgreSQL backend that holds the projector's lease; undefined while none does. */
async function holder(): Promise<number | undefined> {
  const { rows } = await watcher.query<{ pid: number }>(
    `select pid from pg_stat_activity join pg_locks using (pid)
     where datname = current_database() and application_name = 'upheld projection statistics'
       and locktype = 'advisory' and granted`,
  );
  return rows[0]?.pid;
}

describe('processes that serve one database, of which the one that projects is killed', () => {
  it('continue in another that was open, which counts everything once, without help', async () => {
    let projecting = await serve();
    await until(async () => (await holder()) !== undefined);
    let other = await serve();
    // Half of the caseworkers use each server. When a server ends, they use the other one.
    const workers = new Caseworkers(4, (number) => (number % 2 === 0 ? projecting : other).url, true);
    try {
      for (let time = 0; time < KILLS; time += 1) {
        await workers.recordMore(5);
        const before = await holder();
        const ended = projecting;
        expect(await ended.stop('SIGKILL')).toEqual([null, 'SIGKILL']);
        // The first command of a new caseworker certainly finds no server; those of the others only by chance.
        const newcomer = workers.join(() => projecting.url);
        await until(() => newcomer.refused.POST.includes('no server'));
        projecting = other;
        await until(async () => ![before, undefined].includes(await holder()));
        await workers.recordMore(5);
        const { position } = workers;
        const behind = await fetch(`${other.url}${STATISTICS}?after=${position}`);
        expect(behind.status).toBe(200);
        other = await serve();
      }
      await workers.stop();
      await workers.expectEverythingOnce();
    } finally {
      await workers.stop().catch(() => undefined);
    }
    expect(await projecting.stop()).toEqual([130, null]);
    expect(await other.stop()).toEqual([130, null]);
    await expectEqualToFreshFold({ databaseUrl: database.url }, { projecting: false });
  }, 240_000);
});

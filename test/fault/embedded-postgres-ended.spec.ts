import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Unavailable } from '../../src/platform/errors.js';
import { dataFolders, queryRow, readBack, writeOne } from '../support/embedded-postgres-child.folder.js';
import { until } from '../support/projections.js';

const { place } = dataFolders({ copied: true });

const answers = (url: string) =>
  queryRow(url, 'select 1').then(
    () => true,
    () => false,
  );

/** How often the server was started, according to its log. */
async function starts(): Promise<number> {
  const log = await readFile(join(place.dataFolder, 'postgres', 'server.log'), 'utf8');
  return log.match(/ starting PostgreSQL /g)?.length ?? 0;
}

describe('an embedded PostgreSQL that ends by itself while it is used', () => {
  it.each<NodeJS.Signals>(['SIGKILL', 'SIGQUIT', 'SIGINT'])(
    'is started again at its address after %s, with a notice',
    async (signal) => {
      const notices: string[] = [];
      const database = await place.open({ notice: (line) => notices.push(line) });
      await writeOne(database.url);
      notices.length = 0;
      const pid = await place.killServer(signal);
      await until(() => notices.length > 0);
      expect(notices).toEqual([`PostgreSQL (process ${pid}) ended by itself, and was started again`]);
      expect(await readBack(database.url)).toBe('upheld');
      await database.close();
      expect(await place.postmaster()).toBeUndefined();
    },
  );

  it('is started again only once for two processes, one of which then closes it', async () => {
    const child = place.child();
    const { url } = await child.answer;
    const database = await place.open();
    await writeOne(url);
    const before = await starts();
    for (let time = 0; time < 3; time += 1) {
      const killed = await place.killServer();
      await until(() => answers(url));
      expect((await place.postmaster())?.pid).not.toBe(killed);
      // Longer than two check intervals, so that the other process has noticed, too.
      await pause(2_500);
    }
    expect(await starts()).toBe(before + 3);
    await child.close();
    expect(await readBack(database.url)).toBe('upheld');
  });

  it('is not stopped by a user that closes it while it is being started again', async () => {
    const { url } = await place.open();
    for (let time = 0; time < 5; time += 1) {
      const leaving = await place.open();
      // A random delay, so that either of the two uses may be the first to notice.
      await pause(Math.random() * 1_000);
      const killed = await place.killServer();
      await until(async () => ![killed, undefined].includes((await place.postmaster())?.pid));
      const started = await place.postmaster();
      await leaving.close();
      await until(() => answers(url));
      expect(await place.postmaster()).toMatchObject({ pid: started?.pid });
    }
  });

  it('is started again by a process that joined it, when the process that started it is killed as well', async () => {
    const child = place.child();
    const { url } = await child.answer;
    const database = await place.open();
    expect(database.joined).toBe(true);
    await writeOne(url);
    await child.kill('SIGKILL');
    await place.killServer();
    await until(() => answers(database.url));
    expect(await readBack(database.url)).toBe('upheld');
  });

  it('keeps its address when a process that opens it is the first to notice', async () => {
    const first = await place.open();
    await place.killServer();
    const next = await place.open();
    expect(next.url).toBe(first.url);
    await first.close();
    await writeOne(next.url);
  });

  it('is not started again for a process that is closing it', async () => {
    const database = await place.open();
    await place.killServer();
    await database.close();
    // Longer than two check intervals; server-supervisor.spec.ts shows the same of the supervisor alone.
    await pause(2_500);
    expect(await place.postmaster()).toBeUndefined();
  });

  it('is not restarted any more when it does not start, is reported as lost once, and can be closed', async () => {
    const lost: Unavailable[] = [];
    const database = await place.open({ onLost: (error) => lost.push(error) });
    const control = join(place.cluster, 'global', 'pg_control');
    await rename(control, `${control}.gone`);
    await place.killServer();
    await until(() => lost.length > 0, 60_000);
    expect(lost).toMatchObject([
      {
        code: 'embedded-postgres-lost',
        message: expect.stringMatching(/after 5 attempts: .*pg_control/s) as unknown,
      },
    ]);
    await database.close();
    await rename(`${control}.gone`, control);
    await writeOne((await place.open()).url);
  });

  it('is not restarted any more when it keeps ending', async () => {
    const lost: Unavailable[] = [];
    const notices: string[] = [];
    await place.open({ onLost: (error) => lost.push(error), notice: (line) => notices.push(line) });
    notices.length = 0;
    for (let time = 1; lost.length === 0; time += 1) {
      await place.killServer();
      await until(() => lost.length > 0 || notices.length === time, 30_000);
    }
    expect(notices).toHaveLength(5);
    expect(lost).toMatchObject([{ message: expect.stringContaining('it keeps ending') as unknown }]);
  });
});

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

/** How often the server was started, by its own word. */
async function starts(): Promise<number> {
  const log = await readFile(join(place.dataFolder, 'postgres', 'server.log'), 'utf8');
  return log.match(/ starting PostgreSQL /g)?.length ?? 0;
}

describe('the embedded PostgreSQL that ends by itself while it is used', () => {
  it.each<NodeJS.Signals>(['SIGKILL', 'SIGQUIT', 'SIGINT'])(
    'by %s is started again at its address, and says so in a line',
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

  it('is started again once for two processes that use it, one of which then goes', async () => {
    const child = place.child();
    const { url } = await child.answer;
    const database = await place.open();
    await writeOne(url);
    const before = await starts();
    for (let time = 0; time < 3; time += 1) {
      const killed = await place.killServer();
      await until(() => answers(url));
      expect((await place.postmaster())?.pid).not.toBe(killed);
      // More than two looks: the other has noticed, too.
      await pause(2_500);
    }
    expect(await starts()).toBe(before + 3);
    await child.close();
    expect(await readBack(database.url)).toBe('upheld');
  });

  it('is not stopped by one that goes while it is being started again', async () => {
    const { url } = await place.open();
    for (let time = 0; time < 5; time += 1) {
      const leaving = await place.open();
      // So that now the one, now the other is the first to notice.
      await pause(Math.random() * 1_000);
      const killed = await place.killServer();
      await until(async () => ![killed, undefined].includes((await place.postmaster())?.pid));
      const started = await place.postmaster();
      await leaving.close();
      await until(() => answers(url));
      expect(await place.postmaster()).toMatchObject({ pid: started?.pid });
    }
  });

  it('is started again by a process that joined it, when the one that started it was killed with it', async () => {
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

  it('stays at its address when the next to open it is the first to notice', async () => {
    const first = await place.open();
    await place.killServer();
    const next = await place.open();
    expect(next.url).toBe(first.url);
    await first.close();
    await writeOne(next.url);
  });

  it('is not started again for those who are closing it', async () => {
    const database = await place.open();
    await place.killServer();
    await database.close();
    // More than two looks after it; watch.spec.ts shows the same of the watch alone.
    await pause(2_500);
    expect(await place.postmaster()).toBeUndefined();
  });

  it('is given up when it does not start, with one word of it, and can be closed', async () => {
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

  it('is given up when it keeps ending', async () => {
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

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isLiving, processStart } from '../../src/platform/embedded-postgres/living-process.js';
import { stopPostmaster } from '../../src/platform/embedded-postgres/postmaster.js';
import { prepareCluster } from '../../src/platform/embedded-postgres/prepared-cluster.js';
import { identityOf } from '../../src/platform/embedded-postgres/program.js';
import { ServerLog } from '../../src/platform/embedded-postgres/server-log.js';
import { freePort, startServer } from '../../src/platform/embedded-postgres/server-start.js';
import { chooseServerUser } from '../../src/platform/embedded-postgres/server-user.js';
import { openStateFolder } from '../../src/platform/embedded-postgres/state-folder.js';
import { dataFolders, readBack, writeOne } from '../support/embedded-postgres-child.folder.js';

const { place, used } = dataFolders();

describe('an embedded PostgreSQL that several processes use, some of which are killed', () => {
  it('may be opened several times in one process, and runs until it is closed as often', async () => {
    const [first, second] = await Promise.all([place.open(), place.open()]);
    expect(second.url).toBe(first.url);
    expect([first.joined, second.joined].sort()).toEqual([false, true]);
    await Promise.all([first.close(), first.close()]);
    await writeOne(second.url);
    await second.close();
    expect(await place.postmaster()).toBeUndefined();
  });

  it('is joined by a second process, which is not cut off when the first closes', async () => {
    await used.copyTo(place.dataFolder);
    const first = place.child();
    const { url } = await first.answer;
    const second = await place.open();
    expect(second).toMatchObject({ url, joined: true });
    await writeOne(url);
    await first.close();
    expect(await readBack(second.url)).toBe('upheld');
  });

  it('survives a Ctrl-C to the process that started it while another uses it', async () => {
    await used.copyTo(place.dataFolder);
    const first = place.child();
    const { url } = await first.answer;
    const second = await place.open();
    await first.kill('SIGINT');
    await writeOne(url);
    await second.close();
    expect(await place.postmaster()).toBeUndefined();
  });

  it('is created and started only once by two processes at the same moment', async () => {
    const both = [place.child(), place.child()];
    const answers = await Promise.all(both.map(({ answer }) => answer));
    expect(answers.map(({ joined }) => joined).sort()).toEqual([false, true]);
    expect(answers[0]?.url).toBe(answers[1]?.url);
    await Promise.all(both.map((each) => each.close()));
    expect(await place.postmaster()).toBeUndefined();
    expect(await place.files()).toEqual(['cluster', 'password', 'server.log']);
  });

  it('keeps running when its only user is killed, and is joined by the next', async () => {
    await used.copyTo(place.dataFolder);
    const killed = place.child();
    const { url } = await killed.answer;
    await writeOne(url);
    await killed.kill('SIGKILL');
    const next = await place.open();
    expect(next).toMatchObject({ url, joined: true });
    expect(await readBack(next.url)).toBe('upheld');
    await next.close();
    expect(await place.postmaster()).toBeUndefined();
  });

  it('recovers committed data after it was killed together with its user', async () => {
    await used.copyTo(place.dataFolder);
    const killed = place.child();
    await writeOne((await killed.answer).url);
    const postmaster = await place.postmaster();
    await killed.kill('SIGKILL');
    process.kill(postmaster?.pid ?? 0, 'SIGKILL');
    const next = await place.open();
    expect(next.joined).toBe(false);
    expect(await readBack(next.url)).toBe('upheld');
  });

  it('is created from the start when the process that was creating it was killed', async () => {
    const killed = place.child();
    const unfinished = async () =>
      (await readdir(join(place.dataFolder, 'postgres')).catch(() => [])).some((name) =>
        name.startsWith('cluster.new-'),
      );
    while (!(await unfinished())) await new Promise((resolve) => setTimeout(resolve, 5));
    await killed.kill('SIGKILL');
    expect(await unfinished()).toBe(true);
    await writeOne((await place.open()).url);
    expect(await unfinished()).toBe(false);
  });

  it('gets another port when the chosen one is taken at the last moment', async () => {
    await used.copyTo(place.dataFolder);
    const other = createServer().listen(0, '127.0.0.1');
    place.afterwards(() => new Promise((resolve) => other.close(resolve)));
    await once(other, 'listening');
    const taken = (other.address() as { port: number }).port;
    const state = await openStateFolder(place.dataFolder);
    const prepared = await prepareCluster(state, {
      durable: true,
      superuser: false,
      systemFolder: place.systemFolder,
      signal: undefined,
    });
    let asked = 0;
    const server = await startServer({
      ...prepared,
      log: new ServerLog(state.path),
      settings: {},
      signal: undefined,
      choosePort: () => (asked++ === 0 ? Promise.resolve(taken) : freePort()),
    });
    expect(asked).toBeGreaterThan(1);
    expect(server.port).not.toBe(taken);
    await stopPostmaster(server, prepared.binaries);
    expect(await isLiving(server.pid, server.start)).toBe(false);
  });

  it('starts in spite of a pid file whose pid is now another process', async () => {
    await used.copyTo(place.dataFolder);
    // A process of the server's user: PostgreSQL takes no other for a server.
    const other = spawn('sleep', ['60'], { ...identityOf(await chooseServerUser()), cwd: '/' });
    place.afterwards(() => Promise.resolve(other.kill('SIGKILL')));
    const lines = [other.pid, place.cluster, 1, 5432, '', '127.0.0.1', '', 'ready', ''];
    await writeFile(join(place.cluster, 'postmaster.pid'), lines.join('\n'));
    expect((await place.open()).joined).toBe(false);
  });

  it('is not left running when the caller aborts the opening, and can be opened afterwards', async () => {
    await expect(place.open({ signal: AbortSignal.timeout(150) })).rejects.toThrow('timeout');
    expect(await place.postmaster()).toBeUndefined();
    await writeOne((await place.open()).url);
  });

  it('stops with its last user even if the data folder was removed', async () => {
    await used.copyTo(place.dataFolder);
    const database = await place.open();
    const postmaster = await place.postmaster();
    await rm(place.dataFolder, { recursive: true, force: true, maxRetries: 3 });
    await database.close();
    expect(await processStart(postmaster?.pid ?? 0)).toBeUndefined();
  });
});

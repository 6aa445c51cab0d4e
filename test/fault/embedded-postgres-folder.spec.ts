import { chown, cp, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processStart } from '../../src/platform/embedded-postgres/living-process.js';
import { HEARTBEAT_TIMEOUT_MS } from '../../src/platform/embedded-postgres/presence.js';
import {
  copyFolder,
  dataFolders,
  queryRow,
  readBack,
  writeOne,
} from '../support/embedded-postgres-child.folder.js';

const { place, used } = dataFolders();

describe('the embedded PostgreSQL of a data folder', () => {
  it('starts on a missing folder: durable, on this machine only, sorting by code point', async () => {
    const { url, joined } = await place.open();
    expect(joined).toBe(false);
    expect(new URL(url)).toMatchObject({ hostname: '127.0.0.1', pathname: '/upheld' });
    const settings = await queryRow(
      url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
        current_setting('listen_addresses') AS addresses, current_setting('server_encoding') AS encoding,
        ARRAY(SELECT name FROM (VALUES ('é'), ('b'), ('A'), ('a')) AS v (name) ORDER BY name) AS ordered,
        (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      commit: 'on',
      addresses: '127.0.0.1',
      encoding: 'UTF8',
      ordered: ['A', 'a', 'b', 'é'],
      super: false,
    });
  });

  it('keeps its data between openings, and leaves neither a process nor a stray file', async () => {
    const first = await place.open();
    await writeOne(first.url);
    const postmaster = await place.postmaster();
    expect(postmaster).toBeDefined();
    await first.close();
    expect(await processStart(postmaster?.pid ?? 0)).toBeUndefined();
    expect(await place.files()).toEqual(['cluster', 'password', 'server.log']);
    expect(await readdir(place.dataFolder)).toEqual(['postgres']);
    const second = await place.open();
    expect(second.joined).toBe(false);
    expect(await readBack(second.url)).toBe('upheld');
  });

  it('keeps other users from reading the cluster, the password and the log', async () => {
    await used.copyTo(place.dataFolder);
    await place.open();
    for (const [name, mode] of [
      ['cluster', 0o700],
      ['password', 0o600],
      ['server.log', 0o600],
    ] as const) {
      expect((await stat(join(place.dataFolder, 'postgres', name))).mode & 0o777).toBe(mode);
    }
  });

  it('accepts a data folder with blanks, accents and quotes in a long path', async () => {
    place.dataFolder = join(
      place.folder,
      "l'ombudsman – médiateur 監察",
      ...Array.from({ length: 8 }, () => 'x'.repeat(60)),
    );
    await mkdir(place.dataFolder, { recursive: true });
    await writeOne((await place.open()).url);
  });

  it('is a separate server for a copy of the data folder, even while that of the original runs', async () => {
    await used.copyTo(place.dataFolder);
    const made = await place.open();
    await writeOne(made.url);
    await made.close();
    const copy = join(place.folder, 'copy');
    await copyFolder(place.dataFolder, copy);
    const original = await place.open();
    // A copy made while it runs also contains its pid file and the files of its users, here some seconds old.
    await cp(join(place.cluster, 'postmaster.pid'), join(copy, 'postgres', 'cluster', 'postmaster.pid'));
    for (const name of await readdir(join(place.dataFolder, 'postgres'))) {
      if (!name.startsWith('user-')) continue;
      const then = new Date(Date.now() - HEARTBEAT_TIMEOUT_MS);
      await cp(join(place.dataFolder, 'postgres', name), join(copy, 'postgres', name));
      await utimes(join(copy, 'postgres', name), then, then);
    }
    const own = await place.open({ dataFolder: copy });
    expect(own.url).not.toBe(original.url);
    expect(await readBack(own.url)).toBe('upheld');
    await own.close();
    expect(await readBack(original.url)).toBe('upheld');
  });

  it('gets a new password when the password file is lost', async () => {
    await used.copyTo(place.dataFolder);
    const first = await place.open();
    await writeOne(first.url);
    await rm(join(place.dataFolder, 'postgres', 'password'));
    await expect(place.open()).rejects.toMatchObject({ code: 'embedded-postgres-password' });
    await first.close();
    const second = await place.open();
    expect(new URL(second.url).password).not.toBe(new URL(first.url).password);
    expect(await readBack(second.url)).toBe('upheld');
  });

  it('refuses data of another major version, and a folder without a database', async () => {
    await used.copyTo(place.dataFolder);
    await writeFile(join(place.cluster, 'PG_VERSION'), '17\n');
    await expect(place.open()).rejects.toMatchObject({
      code: 'embedded-postgres-version',
      message: expect.stringMatching(/PostgreSQL 17.*PostgreSQL 18/) as string,
    });
    await rm(join(place.cluster, 'PG_VERSION'));
    await expect(place.open()).rejects.toMatchObject({ code: 'embedded-postgres-not-a-cluster' });
  });

  it('reports from its log why it does not start, and leaves nothing behind', async () => {
    await used.copyTo(place.dataFolder);
    await writeFile(join(place.cluster, 'postgresql.auto.conf'), "shared_buffers = 'plenty'\n");
    await expect(place.open()).rejects.toMatchObject({
      code: 'embedded-postgres-start-failed',
      message: expect.stringContaining('invalid value for parameter "shared_buffers"') as string,
    });
    expect(await place.files()).toEqual(['cluster', 'password', 'server.log']);
  });
});

// Only for root does the server run as another user.
if (process.geteuid?.() === 0) {
  describe('the embedded PostgreSQL of root', () => {
    it('runs as another user, in none of the groups of root', async () => {
      await used.copyTo(place.dataFolder);
      await place.open();
      const postmaster = await place.postmaster();
      const status = await readFile(`/proc/${postmaster?.pid ?? 0}/status`, 'utf8');
      expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.toBe('0');
      expect(/^Groups:[ \t]*(.*)$/m.exec(status)?.[1]?.trim()).toBe('');
      expect((await stat(place.cluster)).uid).not.toBe(0);
      expect((await stat(join(place.dataFolder, 'postgres', 'password'))).uid).toBe(0);
    });

    it('works below a folder that only root may enter, and reports in one line where its files are', async () => {
      await mkdir(join(place.folder, 'root-only'), { mode: 0o700 });
      place.dataFolder = join(place.folder, 'root-only', 'data');
      const notices: string[] = [];
      const first = await place.open({ notice: (line) => notices.push(line) });
      await writeOne(first.url);
      const second = place.child();
      expect(await second.answer).toMatchObject({ url: first.url, joined: true, notices: [] });
      await first.close();
      await second.close();
      expect(await readBack((await place.open()).url)).toBe('upheld');
      expect(notices).toEqual([expect.stringMatching(/^PostgreSQL does not run as root: .*system/)]);
      expect((await stat(join(place.folder, 'root-only'))).mode & 0o777).toBe(0o700);
    });

    it('refuses the data folder of another user, and names a way out', async () => {
      await used.copyTo(place.dataFolder);
      await chown(join(place.dataFolder, 'postgres'), 12_345, 12_345);
      await expect(place.open()).rejects.toMatchObject({
        code: 'embedded-postgres-other-user',
        message: expect.stringMatching(/12345.*run as that user, or set UPHELD_DATA/) as string,
      });
    });
  });
}

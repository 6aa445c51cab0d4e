import { chown, cp, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processStart } from '../../src/platform/embedded-postgres/living-process.js';
import { SILENT_AFTER } from '../../src/platform/embedded-postgres/presence.js';
import {
  copyFolder,
  dataFolders,
  queryRow,
  readBack,
  writeOne,
} from '../support/embedded-postgres-child.folder.js';

const { place, used } = dataFolders();

describe('the embedded PostgreSQL of a data folder', () => {
  it('starts on a missing folder and answers, durable, on this machine only, ordered by code point', async () => {
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

  it('keeps the data from one opening to the next, and leaves neither a process nor a stray file', async () => {
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

  it('keeps cluster, password and log from other users', async () => {
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

  it('takes data folders with blanks, accents and quotes in a long path', async () => {
    place.dataFolder = join(
      place.folder,
      "l'ombudsman – médiateur 監察",
      ...Array.from({ length: 8 }, () => 'x'.repeat(60)),
    );
    await mkdir(place.dataFolder, { recursive: true });
    await writeOne((await place.open()).url);
  });

  it('is another for a copy of the data folder, even while the original runs', async () => {
    await used.copyTo(place.dataFolder);
    const made = await place.open();
    await writeOne(made.url);
    await made.close();
    const copy = join(place.folder, 'copy');
    await copyFolder(place.dataFolder, copy);
    const original = await place.open();
    // What a copy of the running one would also contain: its pid, and a use of it (here a few seconds old).
    await cp(join(place.cluster, 'postmaster.pid'), join(copy, 'postgres', 'cluster', 'postmaster.pid'));
    for (const name of await readdir(join(place.dataFolder, 'postgres'))) {
      if (!name.startsWith('user-')) continue;
      const then = new Date(Date.now() - SILENT_AFTER);
      await cp(join(place.dataFolder, 'postgres', name), join(copy, 'postgres', name));
      await utimes(join(copy, 'postgres', name), then, then);
    }
    const own = await place.open({ dataFolder: copy });
    expect(own.url).not.toBe(original.url);
    expect(await readBack(own.url)).toBe('upheld');
    await own.close();
    expect(await readBack(original.url)).toBe('upheld');
  });

  it('gives itself a new password when the file of the first is lost', async () => {
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

  it('refuses data of another major version, and a folder that holds no database', async () => {
    await used.copyTo(place.dataFolder);
    await writeFile(join(place.cluster, 'PG_VERSION'), '17\n');
    await expect(place.open()).rejects.toMatchObject({
      code: 'embedded-postgres-version',
      message: expect.stringMatching(/PostgreSQL 17.*PostgreSQL 18/) as string,
    });
    await rm(join(place.cluster, 'PG_VERSION'));
    await expect(place.open()).rejects.toMatchObject({ code: 'embedded-postgres-not-a-cluster' });
  });

  it('says why it does not start, in the words of its log, and leaves nothing behind', async () => {
    await used.copyTo(place.dataFolder);
    await writeFile(join(place.cluster, 'postgresql.auto.conf'), "shared_buffers = 'plenty'\n");
    await expect(place.open()).rejects.toMatchObject({
      code: 'embedded-postgres-start-failed',
      message: expect.stringContaining('invalid value for parameter "shared_buffers"') as string,
    });
    expect(await place.files()).toEqual(['cluster', 'password', 'server.log']);
  });
});

// Only root has a server that is another user's.
if (process.geteuid?.() === 0) {
  describe('the embedded PostgreSQL of root', () => {
    it('runs as another user, with none of the groups of root', async () => {
      await used.copyTo(place.dataFolder);
      await place.open();
      const postmaster = await place.postmaster();
      const status = await readFile(`/proc/${postmaster?.pid ?? 0}/status`, 'utf8');
      expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.toBe('0');
      expect(/^Groups:[ \t]*(.*)$/m.exec(status)?.[1]?.trim()).toBe('');
      expect((await stat(place.cluster)).uid).not.toBe(0);
      expect((await stat(join(place.dataFolder, 'postgres', 'password'))).uid).toBe(0);
    });

    it('works below a folder that only root may enter, and says in one line where things are', async () => {
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

    it('refuses the data folder of another user, with the way out', async () => {
      await used.copyTo(place.dataFolder);
      await chown(join(place.dataFolder, 'postgres'), 12_345, 12_345);
      await expect(place.open()).rejects.toMatchObject({
        code: 'embedded-postgres-other-user',
        message: expect.stringMatching(/12345.*run as that user, or set UPHELD_DATA/) as string,
      });
    });
  });
}

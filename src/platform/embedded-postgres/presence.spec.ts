import { cp, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announce, SILENT_AFTER, whoIsPresent } from './presence.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upheld-presence-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The name of a presence, with some of its parts (kind, pid, start, place) replaced. */
function altered(name: string, parts: Record<number, string>): string {
  return name
    .split('-')
    .map((part, index) => parts[index] ?? part)
    .join('-');
}

describe('a presence', () => {
  it('is seen until it is withdrawn, by its kind', async () => {
    const own = await announce(folder, 'user');
    expect(await whoIsPresent(folder, 'user')).toEqual([
      { name: own.name, pid: process.pid, elsewhere: false },
    ]);
    expect(await whoIsPresent(folder, 'lock')).toEqual([]);
    await own.withdraw();
    expect(await whoIsPresent(folder, 'user')).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is counted once for each time it was announced', async () => {
    const uses = [await announce(folder, 'user'), await announce(folder, 'user')];
    expect(await whoIsPresent(folder, 'user')).toHaveLength(2);
    await Promise.all(uses.map((use) => use.withdraw()));
  });

  it('of a dead process, or of one whose pid is used again, is removed', async () => {
    const own = await announce(folder, 'user');
    await rename(join(folder, own.name), join(folder, altered(own.name, { 2: '1' })));
    await writeFile(join(folder, altered(own.name, { 1: String(2 ** 30) })), '');
    expect(await whoIsPresent(folder, 'user')).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    await own.withdraw();
  });

  it('from elsewhere counts while it is touched, whatever its pid is here', async () => {
    const own = await announce(folder, 'user');
    await own.withdraw();
    const name = altered(own.name, { 1: String(2 ** 30), 3: '0123456789ab' });
    await writeFile(join(folder, name), '');
    expect(await whoIsPresent(folder, 'user')).toEqual([{ name, pid: 2 ** 30, elsewhere: true }]);
    const silent = new Date(Date.now() - SILENT_AFTER - 1_000);
    await utimes(join(folder, name), silent, silent);
    expect(await whoIsPresent(folder, 'user')).toEqual([]);
  });

  it('in a copy of the folder says nothing of the copy', async () => {
    const own = await announce(folder, 'user');
    const copy = join(folder, 'copy');
    await cp(join(folder, own.name), join(copy, own.name));
    expect(await whoIsPresent(copy, 'user')).toMatchObject([{ elsewhere: true }]);
    await own.withdraw();
  });

  it('leaves other files of the folder alone', async () => {
    await writeFile(join(folder, 'user-notes.txt'), 'kept');
    await whoIsPresent(folder, 'user');
    expect(await readdir(folder)).toEqual(['user-notes.txt']);
  });
});

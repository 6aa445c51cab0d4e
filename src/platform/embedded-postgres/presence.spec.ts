import { cp, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announcePresence, HEARTBEAT_TIMEOUT_MS, presentProcesses } from './presence.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upheld-presence-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The name of a presence file, with some of its parts (kind, pid, start, place) replaced. */
function altered(name: string, parts: Record<number, string>): string {
  return name
    .split('-')
    .map((part, index) => parts[index] ?? part)
    .join('-');
}

describe('the presence of a process in a folder', () => {
  it('is seen under its kind until it is withdrawn', async () => {
    const own = await announcePresence(folder, 'user');
    expect(await presentProcesses(folder, 'user')).toEqual([
      { name: own.name, pid: process.pid, elsewhere: false },
    ]);
    expect(await presentProcesses(folder, 'lock')).toEqual([]);
    await own.withdraw();
    expect(await presentProcesses(folder, 'user')).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('counts once for each announcement', async () => {
    const uses = [await announcePresence(folder, 'user'), await announcePresence(folder, 'user')];
    expect(await presentProcesses(folder, 'user')).toHaveLength(2);
    await Promise.all(uses.map((use) => use.withdraw()));
  });

  it('is removed when the process has ended, even if its pid is in use again', async () => {
    const own = await announcePresence(folder, 'user');
    await rename(join(folder, own.name), join(folder, altered(own.name, { 2: '1' })));
    await writeFile(join(folder, altered(own.name, { 1: String(2 ** 30) })), '');
    expect(await presentProcesses(folder, 'user')).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    await own.withdraw();
  });

  it('counts in another container or on another machine while its file is touched, even if its pid is in use here', async () => {
    const own = await announcePresence(folder, 'user');
    await own.withdraw();
    const name = altered(own.name, { 1: String(2 ** 30), 3: '0123456789ab' });
    await writeFile(join(folder, name), '');
    expect(await presentProcesses(folder, 'user')).toEqual([{ name, pid: 2 ** 30, elsewhere: true }]);
    const silent = new Date(Date.now() - HEARTBEAT_TIMEOUT_MS - 1_000);
    await utimes(join(folder, name), silent, silent);
    expect(await presentProcesses(folder, 'user')).toEqual([]);
  });

  it('is one elsewhere in a copy of the folder', async () => {
    const own = await announcePresence(folder, 'user');
    const copy = join(folder, 'copy');
    await cp(join(folder, own.name), join(copy, own.name));
    expect(await presentProcesses(copy, 'user')).toMatchObject([{ elsewhere: true }]);
    await own.withdraw();
  });

  it('leaves other files in the folder alone', async () => {
    await writeFile(join(folder, 'user-notes.txt'), 'kept');
    await presentProcesses(folder, 'user');
    expect(await readdir(folder)).toEqual(['user-notes.txt']);
  });
});

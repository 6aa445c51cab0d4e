import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { existingHome, newHome, reachableFolder } from './cluster-home.js';
import { chooseServerUser, type ServerUser } from './server-user.js';
import { openStateFolder, type StateFolder } from './state-folder.js';

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'upheld-home-')));
  await chmod(folder, 0o711);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const dataFolder = (...names: string[]): Promise<StateFolder> => openStateFolder(join(folder, ...names));
const mustNotRelocate = () => Promise.reject(new Error('relocated without need'));

describe('the home of a cluster', () => {
  it("is the state folder where this process's user runs the server", async () => {
    const state = await dataFolder('data');
    expect(await existingHome(state)).toBeUndefined();
    expect(await newHome(state, undefined, mustNotRelocate)).toEqual({
      folder: state.path,
      relocated: false,
    });
    expect(await modeOf(state.path)).toBe(0o700);
  });

  it('is where the pointer says, and is found again after the data folder was moved', async () => {
    const { state, home } = await relocated();
    expect(await existingHome(state)).toEqual({ folder: home, relocated: true });
    await rename(join(folder, 'data'), join(folder, 'moved'));
    expect(await existingHome(await dataFolder('moved'))).toEqual({ folder: home, relocated: true });
    expect(await readFile(join(home, 'data-folder'), 'utf8')).toBe(`${join(folder, 'moved')}\n`);
  });

  it('is not shared by a copy of the data folder', async () => {
    const { home } = await relocated();
    const copy = await dataFolder('copy');
    await writeFile(join(copy.path, 'cluster-location'), `${home}\n`);
    await expect(existingHome(copy)).rejects.toMatchObject({ code: 'embedded-postgres-copied' });
  });

  it('is reported as missing when it was removed, and is not created again', async () => {
    const { state, home } = await relocated();
    await rm(home, { recursive: true });
    await expect(existingHome(state)).rejects.toMatchObject({ code: 'embedded-postgres-cluster-missing' });
  });
});

/** A data folder whose cluster is elsewhere, as root creates it. */
async function relocated(): Promise<{ state: StateFolder; home: string }> {
  const state = await dataFolder('data');
  const home = join(folder, 'system', 'abc');
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'data-folder'), `${state.dataFolder}\n`);
  await writeFile(join(state.path, 'cluster-location'), `${home}\n`);
  return { state, home };
}

// Only for root does the server run as another user.
if (process.geteuid?.() === 0) {
  describe('the home of a cluster that root creates', () => {
    let user: ServerUser;
    const system = () => reachableFolder(user, [join(folder, 'system')]);

    beforeAll(async () => {
      user = (await chooseServerUser()) ?? { uid: 0, gid: 0, name: 'none' };
    });

    it('is the state folder of an empty data folder, which others may then pass through', async () => {
      await mkdir(join(folder, 'data'), { mode: 0o700 });
      const state = await dataFolder('data');
      expect(await newHome(state, user, mustNotRelocate)).toEqual({ folder: state.path, relocated: false });
      expect([await modeOf(state.dataFolder), await modeOf(state.path)]).toEqual([0o701, 0o711]);
    });

    it('is elsewhere when the data folder held something before, whose mode is not changed', async () => {
      await mkdir(join(folder, 'data'), { mode: 0o700 });
      await writeFile(join(folder, 'data', 'confidential.txt'), '');
      const state = await dataFolder('data');
      const home = await newHome(state, user, system);
      expect(home).toMatchObject({ relocated: true });
      expect(await existingHome(state)).toEqual(home);
      expect(await modeOf(state.dataFolder)).toBe(0o700);
    });

    it('is elsewhere for a data folder below one that only root may enter, whose mode is not changed', async () => {
      await mkdir(join(folder, 'private'), { mode: 0o700 });
      const state = await dataFolder('private', 'data');
      const home = await newHome(state, user, system);
      expect(home.folder.startsWith(join(folder, 'system'))).toBe(true);
      expect(await modeOf(join(folder, 'private'))).toBe(0o700);
      expect([await modeOf(home.folder), await modeOf(join(folder, 'system'))]).toEqual([0o711, 0o711]);
    });

    it('keeps the cluster of an earlier data folder with the same path under another name', async () => {
      await mkdir(join(folder, 'private'), { mode: 0o700 });
      const first = await newHome(await dataFolder('private', 'data'), user, system);
      await mkdir(join(first.folder, 'cluster'));
      await rm(join(folder, 'private', 'data'), { recursive: true });
      const second = await newHome(await dataFolder('private', 'data'), user, system);
      expect(second).toEqual(first);
      expect((await readdir(second.folder)).sort()).toEqual([
        expect.stringMatching(/^cluster\.old-\d+$/) as string,
        'data-folder',
      ]);
    });

    it('is never a link, nor a folder that another user created or can write to', async () => {
      const [open, others, linked, good] = ['open', 'others', 'linked', 'good'].map((name) =>
        join(folder, name),
      ) as [string, string, string, string];
      await mkdir(open);
      await chmod(open, 0o777);
      await mkdir(others);
      await chown(others, user.uid, user.gid);
      await symlink(folder, linked);
      expect(await reachableFolder(user, [open, others, linked, good])).toBe(good);
      await expect(reachableFolder(user, [open, others, linked])).rejects.toMatchObject({
        code: 'embedded-postgres-unreachable',
      });
    });
  });
}

import { mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateFolder } from './state-folder.js';

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'upheld-state-')));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('the state folder of a data folder', () => {
  it('is created with all folders above it, and closed to other users', async () => {
    const dataFolder = join(folder, 'here', 'there', 'data');
    expect(await openStateFolder(dataFolder)).toEqual({ dataFolder, path: join(dataFolder, 'postgres') });
    expect((await stat(join(dataFolder, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  it('is the same for every path to the data folder', async () => {
    await mkdir(join(folder, 'data'));
    await symlink('data', join(folder, 'link'));
    expect(await openStateFolder(join(folder, 'link'))).toEqual(await openStateFolder(join(folder, 'data')));
  });

  it.each([
    ['a file', 'file', 'embedded-postgres-not-a-folder'],
    ['below a file', join('file', 'data'), 'embedded-postgres-not-a-folder'],
    ['far too long', join(...Array.from({ length: 20 }, () => 'x'.repeat(60))), 'embedded-postgres-path'],
    ['on two lines', 'da\nta', 'embedded-postgres-path'],
  ])('is refused for a data folder that is %s', async (_what, name, code) => {
    await writeFile(join(folder, 'file'), '');
    await expect(openStateFolder(join(folder, name))).rejects.toMatchObject({
      code,
      message: expect.stringContaining('UPHELD_DATA') as string,
    });
  });

  it('is refused where no folder can be created, without endless attempts', async () => {
    await expect(openStateFolder('/proc/upheld/data')).rejects.toMatchObject({
      code: 'embedded-postgres-not-writable',
    });
  });

  it('is refused when it is a link', async () => {
    await mkdir(join(folder, 'data'));
    await symlink(tmpdir(), join(folder, 'data', 'postgres'));
    await expect(openStateFolder(join(folder, 'data'))).rejects.toMatchObject({
      code: 'embedded-postgres-not-a-folder',
    });
  });
});

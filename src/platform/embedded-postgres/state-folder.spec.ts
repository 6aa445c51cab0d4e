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
  it('is made, with all above it, and is closed to others', async () => {
    const dataFolder = join(folder, 'here', 'there', 'data');
    expect(await openStateFolder(dataFolder)).toEqual({ dataFolder, path: join(dataFolder, 'postgres') });
    expect((await stat(join(dataFolder, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  it('is the same by whatever name the data folder is called', async () => {
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

  it('is refused where no folder can be made, and no attempt goes on for ever', async () => {
    await expect(openStateFolder('/proc/upheld/data')).rejects.toMatchObject({
      code: 'embedded-postgres-not-writable',
    });
  });

  it('is refused when a link stands in its place', async () => {
    await mkdir(join(folder, 'data'));
    await symlink(tmpdir(), join(folder, 'data', 'postgres'));
    await expect(openStateFolder(join(folder, 'data'))).rejects.toMatchObject({
      code: 'embedded-postgres-not-a-folder',
    });
  });
});

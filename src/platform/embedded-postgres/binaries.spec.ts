import { chmod, cp, lstat, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nativePackage, prepareBinaries, type NativePackage } from './binaries.js';
import { chooseServerUser } from './server-user.js';

let folder: string;
let copy: NativePackage;

/** A package as npm installs it without install scripts: without its links, and not executable. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upheld-binaries-'));
  const native = await nativePackage();
  copy = { folder: join(folder, 'package', 'native'), build: 'postgresql-test' };
  const isLink = async (path: string) => (await lstat(path)).isSymbolicLink();
  await cp(native.folder, copy.folder, {
    recursive: true,
    filter: async (source) => !/\.a$|pgxs|pkgconfig/.test(source) && !(await isLink(source)),
  });
  await chmod(join(copy.folder, 'bin', 'initdb'), 0o644);
});
afterAll(async () => {
  await chmod(join(folder, 'package'), 0o755);
  await rm(folder, { recursive: true });
});

const links = async (): Promise<string[]> => {
  const list: unknown = JSON.parse(await readFile(join(copy.folder, 'pg-symlinks.json'), 'utf8'));
  return (list as { target: string }[]).map(({ target }) => join(copy.folder, '..', target));
};
const mustNotCopy = () => Promise.reject(new Error('copied without need'));

describe("PostgreSQL's programs", () => {
  it('are those of the installed package, in its version', async () => {
    expect(await prepareBinaries(await nativePackage(), undefined, mustNotCopy)).toMatchObject({
      major: 18,
      copied: false,
    });
  });

  it('get the links and modes that npm left out, even by two processes at the same time', async () => {
    const both = [0, 1].map(() => prepareBinaries(copy, undefined, mustNotCopy));
    for (const { major } of await Promise.all(both)) expect(major).toBe(18);
    for (const link of await links()) expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  it('are copied, completely and once, where their user cannot reach or complete them', async () => {
    for (const link of await links()) await rm(link, { force: true });
    // For root this keeps the server's user out; for other users it prevents the creation of links and modes.
    await chmod(join(folder, 'package'), 0o700);
    const readOnly = [join(copy.folder, 'lib'), join(copy.folder, 'bin')];
    for (const path of readOnly) await chmod(path, 0o555);
    await chmod(folder, 0o711);
    const into = join(folder, 'copies');
    await mkdir(into);
    const user = await chooseServerUser();
    const both = [0, 1].map(() => prepareBinaries(copy, user, () => Promise.resolve(into)));
    for (const binaries of await Promise.all(both)) {
      expect(binaries).toMatchObject({
        major: 18,
        copied: true,
        folder: join(into, 'postgresql-test', 'native'),
      });
    }
    expect(await readdir(into)).toEqual(['postgresql-test']);
    for (const path of readOnly) await chmod(path, 0o755);
  });

  it('are refused where they do not run, with the reason and a way out', async () => {
    const empty = { folder: join(folder, 'nothing', 'native'), build: 'postgresql-none' };
    await mkdir(empty.folder, { recursive: true });
    const refused = prepareBinaries(empty, undefined, () => Promise.resolve(folder));
    await expect(refused).rejects.toMatchObject({
      code: 'embedded-postgres-binaries',
      message: expect.stringMatching(/ENOENT.*DATABASE_URL/s) as string,
    });
  });
});

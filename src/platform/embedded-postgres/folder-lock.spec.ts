import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFolderLock } from './folder-lock.js';
import { announcePresence } from './presence.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upheld-lock-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('the lock of a folder', () => {
  it('is held by one process at a time, and by each of them in the end', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await pause(2);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => withFolderLock(folder, { timeoutMs: 30_000 }, work)));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is not held by a dead process', async () => {
    const left = await announcePresence(folder, 'lock');
    await rename(join(folder, left.name), join(folder, left.name.replace(/^lock-\d+/, `lock-${2 ** 30}`)));
    await expect(withFolderLock(folder, { timeoutMs: 0 }, () => Promise.resolve('done'))).resolves.toBe(
      'done',
    );
    await left.withdraw();
  });

  it('is free again after work that failed', async () => {
    const failing = withFolderLock(folder, { timeoutMs: 0 }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    await expect(withFolderLock(folder, { timeoutMs: 0 }, () => Promise.resolve('done'))).resolves.toBe(
      'done',
    );
  });

  it('is refused after the timeout with the pid of the holder', async () => {
    const holder = await announcePresence(folder, 'lock');
    await expect(withFolderLock(folder, { timeoutMs: 50 }, () => Promise.resolve())).rejects.toMatchObject({
      code: 'embedded-postgres-busy',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    await holder.withdraw();
  });

  it('is not waited for once the caller aborts', async () => {
    const holder = await announcePresence(folder, 'lock');
    const signal = AbortSignal.timeout(50);
    await expect(
      withFolderLock(folder, { timeoutMs: 30_000, signal }, () => Promise.resolve()),
    ).rejects.toThrow('timeout');
    await holder.withdraw();
  });
});

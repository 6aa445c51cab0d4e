import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines, ServerLog } from './server-log.js';

let folder: string;
let log: ServerLog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upheld-log-'));
  log = new ServerLog(folder);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function append(text: string): Promise<void> {
  const file = await log.open();
  await file.write(text);
  await file.close();
}

describe("the server's log", () => {
  it('is empty before the file exists', async () => {
    expect(await log.length()).toBe(0);
    expect(await log.readFrom(0)).toBe('');
  });

  it('is appended to, and read from an earlier length on', async () => {
    await append('first\n');
    const length = await log.length();
    await append('second\n');
    expect(await log.readFrom(length)).toBe('second\n');
    expect(await log.readFrom(0)).toBe('first\nsecond\n');
  });

  it('can be read by its owner alone', async () => {
    await append('first\n');
    expect((await stat(log.path)).mode & 0o777).toBe(0o600);
  });

  it('is rotated when it is too large', async () => {
    await writeFile(log.path, Buffer.alloc(10_000_001, 'x'));
    await append('new\n');
    expect(await log.readFrom(0)).toBe('new\n');
    expect((await stat(`${log.path}.1`)).size).toBe(10_000_001);
  });

  it('is read for its last 20,000 bytes at most', async () => {
    await append(`${'x'.repeat(50_000)}\nlast\n`);
    expect((await log.readFrom(0)).length).toBe(20_000);
    expect(lastLines(await log.readFrom(0), 1)).toBe('last');
  });
});

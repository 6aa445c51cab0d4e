import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isLiving, processStart, startByPs } from './living-process.js';

describe('a living process', () => {
  it('has one start, however often it is asked for', async () => {
    const start = await processStart(process.pid);
    expect(start).toBeGreaterThan(0);
    expect(await processStart(process.pid)).toBe(start);
  });

  it('is another than the one that had the same pid before', async () => {
    const start = (await processStart(process.pid)) ?? 0;
    expect(await isLiving(process.pid, start)).toBe(true);
    expect(await isLiving(process.pid, start + 1)).toBe(false);
  });

  it('counts as living where its start is not known', async () => {
    expect(await isLiving(process.pid, 0)).toBe(true);
  });

  it('is gone once it has ended', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid ?? 0;
    const start = (await processStart(pid)) ?? 0;
    expect(await isLiving(pid, start)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await processStart(pid)).toBeUndefined();
    expect(await isLiving(pid, start)).toBe(false);
  });

  it('is gone when it is only a zombie, which signals still reach', async () => {
    // `exec` leaves the shell's child without anybody who would wait for it.
    const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60']);
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const zombie = Number(line.toString());
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(() => process.kill(zombie, 0)).not.toThrow();
      expect(await processStart(zombie)).toBeUndefined();
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('has no start for a pid that cannot be', async () => {
    expect(await processStart(0)).toBeUndefined();
    expect(await processStart(Number.NaN)).toBeUndefined();
  });

  it('can be asked for by ps, where there is no /proc', async () => {
    const start = await startByPs(process.pid);
    expect(Math.abs(Number(start) - (Date.now() - process.uptime() * 1000))).toBeLessThan(10_000);
    expect(await startByPs(2 ** 30)).toBeUndefined();
  });
});

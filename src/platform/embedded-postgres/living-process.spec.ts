import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isLiving, processStart, startByPs } from './living-process.js';

describe('a process', () => {
  it('has the same start each time it is read', async () => {
    const start = await processStart(process.pid);
    expect(start).toBeGreaterThan(0);
    expect(await processStart(process.pid)).toBe(start);
  });

  it('is distinguished from an earlier process with the same pid', async () => {
    const start = (await processStart(process.pid)) ?? 0;
    expect(await isLiving(process.pid, start)).toBe(true);
    expect(await isLiving(process.pid, start + 1)).toBe(false);
  });

  it('counts as alive where its start is not known', async () => {
    expect(await isLiving(process.pid, 0)).toBe(true);
  });

  it('is not alive once it has ended', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid ?? 0;
    const start = (await processStart(pid)) ?? 0;
    expect(await isLiving(pid, start)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await processStart(pid)).toBeUndefined();
    expect(await isLiving(pid, start)).toBe(false);
  });

  it('is not alive as a zombie, although it can still be signalled', async () => {
    // After `exec` no process waits for the shell's child, so it stays a zombie.
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

  it('is not alive under an impossible pid', async () => {
    expect(await processStart(0)).toBeUndefined();
    expect(await processStart(Number.NaN)).toBeUndefined();
  });

  it('has its start read from ps where there is no /proc', async () => {
    const start = await startByPs(process.pid);
    expect(Math.abs(Number(start) - (Date.now() - process.uptime() * 1000))).toBeLessThan(10_000);
    expect(await startByPs(2 ** 30)).toBeUndefined();
  });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Jest loads this file without its module map, so it cannot import anything of the project.

declare global {
  /** The process that runs the server of this test run; undefined if TEST_DATABASE_URL named a server. */
  var testDatabase: ChildProcess | undefined;
}

/** Settings of a server whose data may be lost. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '100' };

/**
 * Starts one PostgreSQL for the whole test run and sets TEST_DATABASE_URL to it: an embedded one in a temporary folder,
 * unless the environment names another. A child process runs it for as long as this process lives, so it is stopped and
 * removed even when Jest is interrupted or killed.
 */
export default async function setUp({ rootDir }: { rootDir: string }): Promise<void> {
  if (process.env['TEST_DATABASE_URL'] !== undefined) return;
  const folder = await mkdtemp(join(tmpdir(), 'upheld-tests-'));
  // For root: the server's user must be able to enter the folder.
  await chmod(folder, 0o711);
  const options = {
    dataFolder: join(folder, 'data'),
    systemFolder: join(folder, 'system'),
    forTests: { settings: SETTINGS, superuser: true },
    removeAfterwards: folder,
  };
  const script = join(rootDir, 'test', 'support', 'embedded-postgres-child.js');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    // In a separate process group: a Ctrl-C would end it before it had cleaned up.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = once(createInterface(child.stdout), 'line').then(([text]) => String(text));
  const answer = await Promise.race([line, once(child, 'exit').then(() => '{}')]);
  const { url, message } = JSON.parse(answer) as { url?: string; message?: string };
  if (url === undefined) throw new Error(`no PostgreSQL for the tests: ${message ?? 'it ended at once'}`);
  process.env['TEST_DATABASE_URL'] = url;
  globalThis.testDatabase = child;
  // Must not keep Jest from ending.
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) if ('unref' in pipe) (pipe as { unref(): void }).unref();
}

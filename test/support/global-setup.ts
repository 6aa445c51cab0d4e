import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Jest loads this file without its module map: it can import nothing of the project.

declare global {
  /** The process that holds the server of this test run; none if TEST_DATABASE_URL named one. */
  var testDatabase: ChildProcess | undefined;
}

/** Of a server whose data nobody will miss. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '100' };

/**
 * Gives the tests a PostgreSQL, once for the whole run, by TEST_DATABASE_URL: an embedded one in a temporary
 * folder, unless the environment names another. Another process holds it, for as long as this one lives:
 * so it is stopped and removed even when Jest is interrupted or killed.
 */
export default async function setUp({ rootDir }: { rootDir: string }): Promise<void> {
  if (process.env['TEST_DATABASE_URL'] !== undefined) return;
  const folder = await mkdtemp(join(tmpdir(), 'upheld-tests-'));
  // As root, so that the server's own user can pass.
  await chmod(folder, 0o711);
  const options = {
    dataFolder: join(folder, 'data'),
    systemFolder: join(folder, 'system'),
    forTests: { settings: SETTINGS, superuser: true },
    removeAfterwards: folder,
  };
  const script = join(rootDir, 'test', 'support', 'embedded-postgres-child.js');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    // Out of reach of a Ctrl-C, which would end it before it had cleaned up.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = once(createInterface(child.stdout), 'line').then(([text]) => String(text));
  const answer = await Promise.race([line, once(child, 'exit').then(() => '{}')]);
  const { url, message } = JSON.parse(answer) as { url?: string; message?: string };
  if (url === undefined) throw new Error(`no PostgreSQL for the tests: ${message ?? 'it ended at once'}`);
  process.env['TEST_DATABASE_URL'] = url;
  globalThis.testDatabase = child;
  // Jest may end at any time without asking.
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) if ('unref' in pipe) (pipe as { unref(): void }).unref();
}

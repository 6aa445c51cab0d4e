import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/upheld.js', import.meta.url));

export type Ran = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** Runs `upheld` as built, with only these variables set besides the way to programs. */
export async function upheldCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ran> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { PATH, HOME, ...environment } });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** A folder that is removed afterwards. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'upheld-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

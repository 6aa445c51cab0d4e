/**
 * A process that opens the embedded PostgreSQL and closes it when its standard input ends. So the server also stops
 * when the process that started this one is killed.
 *
 * Usage: node embedded-postgres-child.js '{"dataFolder": …, "forTests": {…}, "removeAfterwards": folder}'
 * It prints one line of JSON: the URL and whether it joined a running server, or the code and message of an error.
 */
import { rm } from 'node:fs/promises';
import { register } from 'node:module';

register('./embedded-postgres-child.hooks.js', import.meta.url);
const { openEmbeddedPostgres } = await import('../../src/platform/embedded-postgres/embedded-postgres.js');
const { existingHome } = await import('../../src/platform/embedded-postgres/cluster-home.js');
const { openStateFolder } = await import('../../src/platform/embedded-postgres/state-folder.js');

const { removeAfterwards, ...options } = JSON.parse(process.argv[2] ?? '{}');
const print = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const inputEnds = new Promise((resolve) => process.stdin.on('end', resolve).on('close', resolve).resume());
// The reader of the answer may have ended; the server must be closed all the same.
process.stdout.on('error', () => undefined);

try {
  const notices = [];
  const server = await openEmbeddedPostgres({ ...options, notice: (line) => notices.push(line) });
  print({ url: server.url, joined: server.joined, notices });
  await inputEnds;
  await server.close();
} catch (error) {
  print({ code: error.code, message: error.message });
  process.exitCode = 1;
}
if (removeAfterwards !== undefined) {
  const home = await existingHome(await openStateFolder(options.dataFolder)).catch(() => undefined);
  if (home?.relocated === true) await rm(home.folder, { recursive: true, force: true });
  await rm(removeAfterwards, { recursive: true, force: true });
}

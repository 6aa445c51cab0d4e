import type { Command } from 'commander';
import { once } from 'node:events';
import { AppModule } from '../app.module.js';
import { runCommand } from './run-command.js';
import { EXIT } from '../platform/cli/exit-code.js';
import { awaitProjection } from './await-projection.js';
import { createHttpApp } from '../platform/http/http-app.js';
import { Unavailable } from '../platform/errors.js';

/** The API listens on this machine only, until callers are authenticated. */
const HOST = '127.0.0.1';

/** Milliseconds for which the start waits for the projections before it serves what they have projected so far. */
const CATCH_UP_TIMEOUT_MS = 5_000;

/** Serves the API until Ctrl-C or SIGTERM, then finishes open requests and stops what it started. */
export async function serve(): Promise<void> {
  await runCommand(async ({ upheld, configuration, signal, notice }) => {
    const { port } = configuration;
    const isStopped = () => signal.aborted;
    // On a new log, the projections do not have the councils yet.
    await awaitProjection(upheld.caughtUp(CATCH_UP_TIMEOUT_MS), signal, (reason) => {
      notice(`Serving the statistics projected so far: ${reason}`);
    });
    if (isStopped()) return EXIT.done;
    const { app, url } = await createHttpApp(AppModule.on(upheld), {
      host: HOST,
      port,
      logger: upheld.log,
    }).catch((error: unknown) => {
      throw isAddressInUse(error) ? portInUse(port) : error;
    });
    notice(`Upheld serves ${url}/v1 (description at ${url}/docs). Ctrl-C stops it.`);
    try {
      if (!isStopped()) await once(signal, 'abort');
    } finally {
      await app.close();
    }
    return EXIT.done;
  });
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portInUse(port: number): Unavailable {
  return new Unavailable(
    'port-in-use',
    `port ${port} is in use; set UPHELD_PORT to another, or to 0 for any free one`,
  );
}

/** `upheld serve`, the same as `npm start`. */
export function addServeCommand(program: Command): void {
  program.command('serve').summary('serve the API on this machine (UPHELD_PORT)').action(serve);
}

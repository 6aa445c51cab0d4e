import type { INestApplicationContext, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { QueryBus } from '@nestjs/cqrs';
import { AppModule } from '../app.module.js';
import { readConfiguration, type Configuration } from '../platform/configuration.js';
import { UpheldError } from '../platform/errors.js';
import { openApplication, type OpenApplicationOptions, type Application } from '../application.js';
import { EXIT, exitCodeOf, type ExitCode } from '../platform/cli/exit-code.js';

/** What a command works with: the opened application, and the person at the terminal. */
export type Invocation = Readonly<{
  upheld: Application;
  queries: QueryBus;
  configuration: Configuration;
  /** Aborted by Ctrl-C, and when PostgreSQL is lost for good. */
  signal: AbortSignal;
  /** A line of the result, on stdout. */
  print: (line: string) => void;
  /** A line for the person, on stderr. */
  notice: (line: string) => void;
}>;

export type RunOptions = Readonly<{
  json?: boolean | undefined;
  /** Whether this process projects when no other does; default true. */
  projecting?: boolean | undefined;
}>;

/**
 * Opens the application, runs one command in it, and closes what was opened, whatever happens. The exit
 * code is the command's, or follows from its error; with `json`, errors are JSON on stderr too.
 */
export async function runCommand(
  command: (invocation: Invocation) => Promise<ExitCode>,
  { json = false, projecting }: RunOptions = {},
): Promise<void> {
  const interrupted = new AbortController();
  /** Aborted when what the command stands on is lost, so that it ends, and whoever supervises it starts it anew. */
  const lost = new AbortController();
  const stop = () => {
    // A second Ctrl-C ends at once; what was stored stays valid, and the server is taken over by the next start.
    if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
    interrupted.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    const code = await withUpheld(command, {
      projecting,
      signal: AbortSignal.any([interrupted.signal, lost.signal]),
      onLost: (error) => {
        lost.abort(error);
      },
    });
    lost.signal.throwIfAborted();
    process.exitCode = interrupted.signal.aborted ? EXIT.interrupted : code;
  } catch (error) {
    process.exitCode = interrupted.signal.aborted ? EXIT.interrupted : exitCodeOf(error);
    reportError(error, json);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

// What Nest has to say about starting is nothing a command's user asked for; a failure is thrown to us.
const QUIETLY: Readonly<NestApplicationOptions> = { logger: ['error'], abortOnError: false };

async function withUpheld(
  command: (invocation: Invocation) => Promise<ExitCode>,
  { signal, ...options }: Pick<OpenApplicationOptions, 'projecting' | 'onLost'> & { signal: AbortSignal },
): Promise<ExitCode> {
  const configuration = readConfiguration(process.env);
  const upheld = await openApplication({ configuration, notice, ...options });
  let application: INestApplicationContext | undefined;
  try {
    application = await NestFactory.createApplicationContext(AppModule.on(upheld), QUIETLY);
    const queries = application.get(QueryBus);
    return await command({ upheld, queries, configuration, signal, print, notice });
  } finally {
    await application?.close();
    await upheld.close();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function notice(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Errors on purpose are told in a line; anything else is a defect and is shown with its stack. */
export function reportError(error: unknown, json: boolean): void {
  if (error instanceof UpheldError) {
    notice(json ? JSON.stringify({ error: error.code, message: error.message }) : `upheld: ${error.message}`);
  } else if (error instanceof Error) {
    notice(
      json ? JSON.stringify({ error: 'unexpected', message: error.message }) : `upheld: ${error.stack ?? ''}`,
    );
  } else {
    notice(`upheld: ${String(error)}`);
  }
}

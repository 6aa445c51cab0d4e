import type { INestApplicationContext, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { QueryBus } from '@nestjs/cqrs';
import { AppModule } from '../app.module.js';
import { readConfiguration, type Configuration } from '../platform/configuration.js';
import { UpheldError } from '../platform/errors.js';
import { openApplication, type OpenApplicationOptions, type Application } from '../application.js';
import { EXIT, exitCodeOf, type ExitCode } from '../platform/cli/exit-code.js';

/** What a command works with: the opened application and the terminal. */
export type Invocation = Readonly<{
  upheld: Application;
  queries: QueryBus;
  configuration: Configuration;
  /** Aborted by Ctrl-C or SIGTERM, and when the connection to PostgreSQL is lost for good. */
  signal: AbortSignal;
  /** Prints a line of the result on stdout. */
  print: (line: string) => void;
  /** Prints a line for the user on stderr. */
  notice: (line: string) => void;
}>;

/** How a command is run. */
export type RunCommandOptions = Readonly<{
  /** Whether errors are printed as JSON; default false. */
  json?: boolean | undefined;
  /** Whether this process projects when no other does; default true. */
  projecting?: boolean | undefined;
}>;

/**
 * Opens the application, runs one command, and always closes the application. Sets the exit code that the command
 * returns, or that of its error. Errors are printed on stderr.
 */
export async function runCommand(
  command: (invocation: Invocation) => Promise<ExitCode>,
  { json = false, projecting }: RunCommandOptions = {},
): Promise<void> {
  const interrupted = new AbortController();
  // Aborted when PostgreSQL is lost: the command ends with an error, so that a supervisor restarts it.
  const lost = new AbortController();
  const stop = () => {
    // A second Ctrl-C ends the process at once. What was stored is valid, and the next start takes over the PostgreSQL server.
    if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
    interrupted.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    const code = await withApplication(command, {
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

// Nest's start messages do not concern the user of a command; a failed start is thrown instead of ending the process.
const NEST_OPTIONS: Readonly<NestApplicationOptions> = { logger: ['error'], abortOnError: false };

async function withApplication(
  command: (invocation: Invocation) => Promise<ExitCode>,
  { signal, ...options }: Pick<OpenApplicationOptions, 'projecting' | 'onLost'> & { signal: AbortSignal },
): Promise<ExitCode> {
  const configuration = readConfiguration(process.env);
  const upheld = await openApplication({ configuration, notice, ...options });
  let application: INestApplicationContext | undefined;
  try {
    application = await NestFactory.createApplicationContext(AppModule.on(upheld), NEST_OPTIONS);
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

/** Prints an expected error as one line; anything else is a defect and is printed with its stack. */
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

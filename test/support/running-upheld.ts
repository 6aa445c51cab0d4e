import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AppModule } from '../../src/app.module.js';
import type { Configuration } from '../../src/platform/configuration.js';
import { createHttpApp } from '../../src/platform/http/http-app.js';
import { openApplication, type Application } from '../../src/application.js';
import { SLICES } from '../../src/slices.js';
import type { Consumer } from '../../src/projections/consumer.js';
import type { Slice } from '../../src/projections/slice.js';
import { createDatabase } from './database.js';

/** The whole application on its own database, with its API listening on a free port. */
export type RunningUpheld = Readonly<{
  upheld: Application;
  app: NestFastifyApplication;
  url: string;
  commands: CommandBus;
  queries: QueryBus;
  /** Posts JSON to a path under /v1. Returns status and body. */
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
  get(path: string): Promise<{ status: number; body: unknown }>;
  close(): Promise<void>;
}>;

/** How to open it, other than on a new database. */
export type RunningOn = Pick<Configuration, 'eventStoreUrl' | 'streamPrefix'> &
  Readonly<{
    /** A database of the test, which is not dropped. */
    databaseUrl?: string;
    /** Where the server logs. */
    logger?: Logger;
    /** Whether it projects when no other process does; default true. */
    projecting?: boolean;
    /** Its slices; default all. */
    slices?: readonly Slice[];
    /** Receives its lines for the operator. */
    notice?: (line: string) => void;
  }>;

/** Opens it as `npm start` does, but without a data folder. */
export async function runUpheld({
  databaseUrl,
  logger,
  projecting,
  slices = SLICES,
  notice = () => undefined,
  ...log
}: RunningOn = {}): Promise<RunningUpheld> {
  const database =
    databaseUrl === undefined ? await createDatabase() : { url: databaseUrl, drop: () => Promise.resolve() };
  const upheld = await openApplication({
    configuration: {
      dataFolder: '/nonexistent',
      databaseUrl: database.url,
      port: 0,
      logLevel: 'silent',
      ...log,
    },
    notice,
    projecting,
    slices,
  });
  const { app, url } = await createHttpApp(AppModule.on(upheld, slices), {
    host: '127.0.0.1',
    port: 0,
    logger: logger ?? upheld.log,
  });
  const answer = async (response: Response) => ({ status: response.status, body: await response.json() });
  return {
    upheld,
    app,
    url,
    commands: app.get(CommandBus),
    queries: app.get(QueryBus),
    post: async (path, body) =>
      answer(
        await fetch(`${url}/v1${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      ),
    get: async (path) => answer(await fetch(`${url}/v1${path}`)),
    close: async () => {
      await app.close();
      await upheld.close();
      await database.drop();
    },
  };
}

/** A projection or a reactor of the application. */
export function consumerOf({ consumers }: Application, name: string): Consumer {
  const consumer = consumers.find((one) => one.name === name);
  if (consumer === undefined) throw new Error(`the application runs no ${name}`);
  return consumer;
}

/** Opens applications for the tests of a file, and closes them after each test. */
export function upheldOfTests() {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const started = async (on: RunningOn = {}): Promise<RunningUpheld> => {
    const upheld = await runUpheld(on);
    closing.push(() => upheld.close());
    return upheld;
  };
  /** Opens one and waits until its statistics are at the head of the log. */
  const running = async (on: RunningOn = {}): Promise<RunningUpheld> => {
    const upheld = await started(on);
    await upheld.upheld.caughtUp();
    return upheld;
  };
  /** Registers a clean-up step for the end of the test. The last one registered runs first. */
  const afterwards = (close: () => Promise<unknown>): void => {
    closing.push(close);
  };
  return { started, running, afterwards };
}

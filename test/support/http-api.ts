import type { DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { AppModule } from '../../src/app.module.js';
import { SLICES } from '../../src/slices.js';
import { STATISTICS_REPOSITORY } from '../../src/statistics/statistics.repository.port.js';
import { StatisticsModule } from '../../src/statistics/statistics.module.js';
import { authorityAggregate } from '../../src/authorities/authority-register.js';
import { authorityEventSchemas } from '../../src/authorities/authority.events.js';
import { COMPLAINT_STREAMS } from '../../src/complaints/complaint.events.js';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { StreamCommandHandler } from '../../src/event-sourcing/command-handler.js';
import { createHttpApp } from '../../src/platform/http/http-app.js';
import { FoldedStatistics } from './http-statistics.js';

/** When the tests take place. */
export const NOW = new Date('2020-04-20T09:30:00Z');

const COUNCILS = [
  { code: 'E07000129', name: 'Blaby District Council', type: 'district' },
  { code: 'E10000034', name: 'Worcestershire County Council', type: 'county' },
  {
    code: 'E06000058',
    name: 'Bournemouth, Christchurch and Poole Council',
    type: 'unitary',
    existsFrom: '2019-04-01',
  },
];

export type Answer = Readonly<{ status: number; headers: Headers; body: unknown }>;

/** The parts of an answer that are the same when a command is repeated. */
export const stableParts = ({ status, headers, body }: Answer) => ({
  status,
  body,
  etag: headers.get('etag'),
  location: headers.get('location'),
});

/** A running API on its own log, whose register has three councils. */
export interface HttpApi {
  readonly url: string;
  readonly store: EventStore;
  /** What the server logged, line by line. */
  readonly log: readonly string[];
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Posts a value as JSON, or a text or bytes as they are. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  send(path: string, init: RequestInit): Promise<Answer>;
  /** Number of events of a complaint. */
  events(reference: string): Promise<number>;
  close(): Promise<void>;
}

/** Opens an API on a free port. */
export async function openHttpApi(store: EventStore = new MemoryEventStore()): Promise<HttpApi> {
  const log: string[] = [];
  const lines = new Writable({
    write: (chunk: Buffer, _, done) => {
      log.push(chunk.toString());
      done();
    },
  });
  await registerCouncils(store);
  const { app, url } = await createHttpApp(moduleOn(store), {
    host: '127.0.0.1',
    port: 0,
    logger: pino({ level: 'info' }, lines),
  });
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = text !== '' && response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    url,
    store,
    log,
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, body, headers = {}) =>
      send(path, {
        method: 'POST',
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    events: (reference) => eventsOf(store, reference),
    close: async () => {
      await app.close();
      await store.close();
    },
  };
}

/** The application with a log only: no database, no projections, and statistics that each query folds from the log. */
export function moduleOn(store: EventStore): DynamicModule {
  const repository = { provide: STATISTICS_REPOSITORY, useValue: new FoldedStatistics(store) };
  const slices = SLICES.map((slice) =>
    slice.name === 'statistics' ? { ...slice, module: StatisticsModule.readingFrom(repository) } : slice,
  );
  return AppModule.on(
    {
      store,
      database: new DataSource({ type: 'postgres' }),
      clock: () => NOW,
      awaitPosition: () => Promise.resolve(),
      probeTargets: {
        engine: 'postgresql',
        store,
        database: { query: () => Promise.resolve([]) },
        consumers: [],
      },
    },
    slices,
  );
}

async function eventsOf(store: EventStore, reference: string): Promise<number> {
  let count = 0;
  for await (const { stream } of store.readAll()) if (stream === COMPLAINT_STREAMS + reference) count += 1;
  return count;
}

async function registerCouncils(store: EventStore): Promise<void> {
  const authorities = new StreamCommandHandler(store, authorityAggregate);
  const registered = commandContext({ id: 'test', role: 'system' }, NOW);
  for (const council of COUNCILS) {
    const data = authorityEventSchemas.AuthorityRegistered.parse(council);
    await authorities.handle(data.code, data, registered, () => [{ type: 'AuthorityRegistered', data }]);
  }
}

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppModule } from '../../src/app.module.js';
import { AUTHORITY_STREAMS } from '../../src/authorities/authority-register.js';
import { StreamNotFound } from '../../src/event-store/event-store.errors.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { START } from '../../src/event-store/position.js';
import { createHttpApp } from '../../src/platform/http/http-app.js';
import type { Application } from '../../src/application.js';
import { COMPLAINT } from './bench-commands.js';
import type { Row } from './bench-environment.js';
import { rateFigure } from './figure.js';
import type { Load, LoadAnswer } from './http-load.worker.js';
import { measureAlternately } from './samples.js';

const IN_FLIGHT = 64;
const REQUESTS = 1_500;

/**
 * Commands over HTTP to the whole application, projections included. The bound: the same route on a store that has
 * the register, finds no complaint and stores nothing. A worker thread sends the requests.
 */
export const httpRow: Row = {
  name: 'http',
  async measure(bench) {
    const upheld = await bench.freshUpheld();
    const loadGenerator = new LoadGenerator();
    try {
      const real = await serve(upheld, upheld.store);
      const stubbed = await serve(upheld, stub(upheld.store));
      try {
        const pairs = await measureAlternately(4, {
          warmUp: 1,
          achieved: async () => {
            bench.signal.throwIfAborted();
            const rate = await loadGenerator.rate(real.url);
            // Otherwise the projection of these events would slow down the bound.
            await upheld.caughtUp();
            return rate;
          },
          bound: () => loadGenerator.rate(stubbed.url),
        });
        const what = `HTTP commands, ${IN_FLIGHT} in flight; bound: the same route with a stubbed store`;
        return [rateFigure(what, pairs, 'requests', 0.4)];
      } finally {
        await real.app.close();
        await stubbed.app.close();
      }
    } finally {
      await loadGenerator.close();
      await upheld.close();
    }
  },
};

function serve(upheld: Application, store: EventStore) {
  return createHttpApp(AppModule.on({ ...upheld, store }), {
    host: '127.0.0.1',
    port: 0,
    logger: upheld.log,
  });
}

function stub(store: EventStore): EventStore {
  return {
    append: () => Promise.resolve({ revision: 0, position: START }),
    appendBulk: (appends) => Promise.resolve(appends.map(() => ({ revision: 0, position: START }))),
    readStream: (stream, options) => {
      if (stream.startsWith(AUTHORITY_STREAMS)) return store.readStream(stream, options);
      throw new StreamNotFound(stream);
    },
    readAll: (options) => store.readAll(options),
    readBatches: (options) => store.readBatches(options),
    subscribe: (options) => store.subscribe(options),
    head: () => Promise.resolve(START),
    settledHead: () => Promise.resolve(START),
    identity: () => store.identity(),
    close: () => Promise.resolve(),
  };
}

/** Posts complaints, each with its own reference, from a worker thread. */
class LoadGenerator {
  #first = 20_000_000;
  readonly #thread = new Worker(new URL('./http-load.worker.ts', import.meta.url), {
    execArgv: ['--import', new URL('./load-typescript.js', import.meta.url).href],
  });

  /** Requests answered per second. */
  async rate(url: string): Promise<number> {
    const load: Load = {
      url: `${url}/v1/complaints`,
      complaint: COMPLAINT,
      first: this.#first,
      requests: REQUESTS,
      inFlight: IN_FLIGHT,
    };
    this.#first += REQUESTS;
    this.#thread.postMessage(load);
    const [answer] = (await once(this.#thread, 'message')) as [LoadAnswer];
    if ('failed' in answer) throw new Error(answer.failed);
    return (REQUESTS / answer.ms) * 1_000;
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}

import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RevisionConflict } from '../../src/event-store/event-store.errors.js';
import type { Appended, RecordedEvent } from '../../src/event-store/event-store.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { openHttpApi, type HttpApi } from '../support/http-api.js';
import { complaint, newReference } from '../support/http-cases.js';

let api: HttpApi;
beforeAll(async () => {
  api = await openHttpApi();
});
afterAll(() => api.close());

describe('the request id', () => {
  it("is the caller's id where the request has one, and is stored as the correlation id", async () => {
    const reference = newReference();
    const { headers } = await api.post('/v1/complaints', complaint(reference), {
      'x-request-id': 'desk-7/41',
    });
    expect(headers.get('x-request-id')).toBe('desk-7/41');
    const correlations: string[] = [];
    for await (const event of api.store.readStream(`complaint-${reference}`)) {
      correlations.push(event.metadata.correlationId);
    }
    expect(correlations).toEqual(['desk-7/41']);
    expect(api.log.some((line) => line.includes('"reqId":"desk-7/41"'))).toBe(true);
  });

  it('is a new one where the given one has other characters than plain ones', async () => {
    const { headers } = await api.get('/v1/statistics/2019-20', { 'x-request-id': 'a b' });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a store that fails', () => {
  class FailingStore extends MemoryEventStore {
    failure: Error | null = null;
    override async append(...append: Parameters<MemoryEventStore['append']>): Promise<Appended> {
      if (this.failure !== null) throw this.failure;
      return super.append(...append);
    }
    override async *readStream(
      ...read: Parameters<MemoryEventStore['readStream']>
    ): AsyncGenerator<RecordedEvent> {
      if (this.failure !== null && !(this.failure instanceof RevisionConflict)) throw this.failure;
      yield* super.readStream(...read);
    }
  }
  let failing: HttpApi;
  let store: FailingStore;
  beforeEach(async () => {
    store = new FailingStore();
    failing = await openHttpApi(store);
  });
  afterEach(() => failing.close());

  it('unexpectedly is answered with 500 and without details, which are in the log', async () => {
    store.failure = new TypeError('secret of db.internal');
    const { status, headers, body } = await failing.get('/v1/complaints/19007429', {
      'x-request-id': 'look-me-up',
    });
    expect(status).toBe(500);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toEqual({
      type: 'urn:upheld:problem:internal-error',
      title: 'Internal error',
      status: 500,
      detail: 'something unexpected happened; the log has it under the correlation id',
      correlationId: 'look-me-up',
    });
    const logged = failing.log.find((line) => line.includes('secret of db.internal')) ?? '';
    expect(JSON.parse(logged)).toMatchObject({ level: 50, reqId: 'look-me-up', err: { type: 'TypeError' } });
  });

  it('to answer leads to 503, with the seconds to wait', async () => {
    await store.close();
    const { status, headers, body } = await failing.post('/v1/complaints', complaint('19007429'));
    expect({ status, body }).toMatchObject({
      status: 503,
      body: { type: 'urn:upheld:problem:event-store-closed' },
    });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('to append at the expected revision leads to 409', async () => {
    store.failure = new RevisionConflict('complaint-19007429', 'no-stream', 0);
    expect(await failing.post('/v1/complaints', complaint('19007429'))).toMatchObject({
      status: 409,
      body: { type: 'urn:upheld:problem:revision-conflict' },
    });
  });
});

it('answers pending requests when it closes', async () => {
  let begun: () => void = () => undefined;
  const reading = new Promise<void>((resolve) => (begun = resolve));
  class SlowStore extends MemoryEventStore {
    override async *readStream(
      ...read: Parameters<MemoryEventStore['readStream']>
    ): AsyncGenerator<RecordedEvent> {
      if (read[0].startsWith('complaint-')) {
        begun();
        await delay(200);
      }
      yield* super.readStream(...read);
    }
  }
  const slow = await openHttpApi(new SlowStore());
  const answer = slow.get('/v1/complaints/19007429');
  await reading;
  await slow.close();
  expect((await answer).status).toBe(404);
  await expect(slow.get('/docs')).rejects.toThrow('fetch failed');
});

it('closes although a request never ends', async () => {
  const stuck = await openHttpApi();
  const { hostname, port } = new URL(stuck.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write('POST /v1/complaints HTTP/1.1\r\nhost: localhost\r\ncontent-');
  await stuck.get('/v1/statistics/2019-20');
  await stuck.close();
  socket.destroy();
});

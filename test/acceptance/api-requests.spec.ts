import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RevisionConflict } from '../../src/event-store/event-store.errors.js';
import type { Appended, RecordedEvent } from '../../src/event-store/event-store.js';
import { MemoryEventStore } from '../../src/event-store/memory/memory-event-store.js';
import { openHttpApi, type Answer, type HttpApi } from '../support/http-api.js';
import { complaint, given, newReference, NOT_UPHELD, RECOMMENDATION, UPHELD } from '../support/http-cases.js';

let api: HttpApi;
beforeAll(async () => {
  api = await openHttpApi();
});
afterAll(() => api.close());

const told = ({ status, headers, body }: Answer) => ({
  status,
  body,
  etag: headers.get('etag'),
  location: headers.get('location'),
});

describe('Idempotency-Key', () => {
  it('gets the first answer again, whatever happened since', async () => {
    const reference = newReference();
    const key = { 'idempotency-key': 'register' };
    const first = await api.post('/v1/complaints', complaint(reference), key);
    await api.post(`/v1/complaints/${reference}/decisions`, UPHELD);
    const second = await api.post('/v1/complaints', complaint(reference), key);
    expect(told(second)).toEqual(told(first));
    expect(second).toMatchObject({ status: 201, body: { revision: 0 } });

    const recommendations = `/v1/complaints/${reference}/recommendations`;
    const made = await api.post(recommendations, RECOMMENDATION, { 'idempotency-key': 'recommend' });
    await api.post(recommendations, RECOMMENDATION);
    const again = await api.post(recommendations, RECOMMENDATION, { 'idempotency-key': 'recommend' });
    expect(told(again)).toEqual(told(made));
    expect(again.body).toMatchObject({ recommendation: 'r1', revision: 3 });
    expect(await api.events(reference)).toBe(5);
  });

  it('is the same key quoted or bare, and the same content in another order of fields', async () => {
    const reference = await given(api, 'received');
    const path = `/v1/complaints/${reference}/decisions`;
    const { outcome, decidedOn, finding } = UPHELD;
    const first = await api.post(path, UPHELD, { 'idempotency-key': 'a\\b' });
    const second = await api.post(path, { finding, decidedOn, outcome }, { 'idempotency-key': '"a\\\\b"' });
    expect(told(second)).toEqual(told(first));
    expect(await api.events(reference)).toBe(3);
  });

  it('is refused for a registration under another reference, which stores nothing', async () => {
    const [first, second] = [newReference(), newReference()];
    const key = { 'idempotency-key': `registration-of-${first}` };
    await api.post('/v1/complaints', complaint(first), key);
    expect(await api.post('/v1/complaints', complaint(second), key)).toMatchObject({
      status: 422,
      body: { type: 'urn:upheld:problem:idempotency-key-reused' },
    });
    expect(await api.events(second)).toBe(0);
  });

  it('is free again after a refusal, so that the corrected registration can go under it', async () => {
    const reference = newReference();
    const key = { 'idempotency-key': `corrected-${reference}` };
    const head = await api.store.head();
    const refused = await api.post('/v1/complaints', complaint(reference, { authority: 'E99999999' }), key);
    expect(refused.status).toBe(409);
    expect(await api.store.head()).toBe(head);
    expect((await api.post('/v1/complaints', complaint(reference), key)).status).toBe(201);
  });

  it('is refused with another body, or on another route of the same case', async () => {
    const reference = await given(api, 'upheld');
    const key = { 'idempotency-key': 'once' };
    const recommendations = `/v1/complaints/${reference}/recommendations`;
    await api.post(recommendations, RECOMMENDATION, key);
    for (const answer of [
      await api.post(recommendations, { ...RECOMMENDATION, text: 'Pay.' }, key),
      await api.post(
        `${recommendations}/r1/checks`,
        { result: 'not-complied', checkedOn: '2020-01-10' },
        key,
      ),
    ]) {
      expect(answer).toMatchObject({
        status: 422,
        body: { type: 'urn:upheld:problem:idempotency-key-reused' },
      });
    }
    expect(await api.events(reference)).toBe(4);
  });

  it('has one effect and one answer for requests at the same moment', async () => {
    const reference = await given(api, 'upheld');
    const send = () =>
      api.post(`/v1/complaints/${reference}/recommendations`, RECOMMENDATION, { 'idempotency-key': 'same' });
    const answers = (await Promise.all(Array.from({ length: 12 }, send))).map(told);
    expect(answers[0]).toMatchObject({ status: 201, body: { recommendation: 'r1' }, etag: '"3"' });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await api.events(reference)).toBe(4);
  });

  it('repeats a registration sent twice at the same moment', async () => {
    const reference = newReference();
    const send = () => api.post('/v1/complaints', complaint(reference), { 'idempotency-key': 'twice' });
    const [one, other] = (await Promise.all([send(), send()])).map(told);
    expect(one).toMatchObject({ status: 201 });
    expect(other).toEqual(one);
    expect(await api.events(reference)).toBe(1);
  });

  it.each(['', ' ', 'a b', 'a'.repeat(201), '"open', '""', '"a b"', 'é'])('is refused as %j', async (key) => {
    const reference = newReference();
    expect(await api.post('/v1/complaints', complaint(reference), { 'idempotency-key': key })).toMatchObject({
      status: 400,
      body: {
        type: 'urn:upheld:problem:malformed-idempotency-key',
        errors: [{ parameter: 'Idempotency-Key' }],
      },
    });
    expect(await api.events(reference)).toBe(0);
  });

  it('may be left out: each of many recommendations at the same moment is made', async () => {
    const reference = await given(api, 'upheld');
    const send = () => api.post(`/v1/complaints/${reference}/recommendations`, RECOMMENDATION);
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
    const ids = answers.map(({ body }) => (body as { recommendation: string }).recommendation);
    expect(ids.sort()).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8']);
  });
});

describe('If-Match', () => {
  it('on a complaint that is not there is told that it is not there', async () => {
    const path = `/v1/complaints/${newReference()}/decisions`;
    expect((await api.post(path, UPHELD, { 'if-match': '"3"' })).status).toBe(404);
  });

  it('lets a command upon the present state through, and one upon an older state not', async () => {
    const reference = await given(api, 'received');
    const path = `/v1/complaints/${reference}/decisions`;
    const read = await api.get(`/v1/complaints/${reference}`);
    const tag = read.headers.get('etag') ?? '';
    expect((await api.post(path, UPHELD, { 'if-match': tag })).status).toBe(201);
    const stale = await api.post(`/v1/complaints/${reference}/recommendations`, RECOMMENDATION, {
      'if-match': tag,
    });
    expect(stale).toMatchObject({ status: 412, body: { type: 'urn:upheld:problem:stale-state' } });
    expect(await api.events(reference)).toBe(3);
  });

  it('lets one of two commands upon the same state through', async () => {
    const reference = await given(api, 'upheld');
    const send = () =>
      api.post(`/v1/complaints/${reference}/recommendations`, RECOMMENDATION, { 'if-match': '"2"' });
    const answers = await Promise.all([send(), send()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 412]);
    expect(await api.events(reference)).toBe(4);
  });

  it('does not stand in the way of a repeat under the same key', async () => {
    const reference = await given(api, 'received');
    const headers = { 'if-match': '"0"', 'idempotency-key': 'decide' };
    const send = () => api.post(`/v1/complaints/${reference}/decisions`, NOT_UPHELD, headers);
    const first = await send();
    expect(told(await send())).toEqual(told(first));
  });

  it.each([
    ['*', 201],
    ['"7"', 412],
    ['W/"0"', 412],
    ['"00"', 412],
    ['"anything"', 412],
    ['0', 400],
    ['"0", "1"', 400],
    ['""0""', 400],
    ['', 400],
  ])('as %j is answered with %d', async (tag, status) => {
    const reference = await given(api, 'received');
    const answer = await api.post(`/v1/complaints/${reference}/decisions`, NOT_UPHELD, { 'if-match': tag });
    expect(answer.status).toBe(status);
    if (status === 400) {
      expect(answer.body).toMatchObject({ type: 'urn:upheld:problem:malformed-if-match' });
    }
    expect(await api.events(reference)).toBe(status === 201 ? 2 : 1);
  });
});

describe('If-None-Match', () => {
  it.each(['', '/history', '/recommendations/r1'])(
    'spares the answer the caller has already (%s)',
    async (rest) => {
      const reference = await given(api, 'recommended');
      const path = `/v1/complaints/${reference}${rest}`;
      for (const tag of ['"3"', 'W/"3"', '*', '"1", "3"']) {
        const { status, headers, body } = await api.get(path, { 'if-none-match': tag });
        expect({ status, body, etag: headers.get('etag') }).toEqual({ status: 304, body: '', etag: '"3"' });
      }
      for (const tag of ['"2"', '"30"']) {
        expect((await api.get(path, { 'if-none-match': tag })).status).toBe(200);
      }
      expect(await api.get(path, { 'if-none-match': '3' })).toMatchObject({
        status: 400,
        body: { type: 'urn:upheld:problem:malformed-if-none-match' },
      });
    },
  );
});

describe('the request id', () => {
  it("is the caller's own where it gives one, and is stored as the correlation id", async () => {
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

  it('is a new one where the given one is not plain', async () => {
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

  it('unexpectedly is told as a problem without any of its innards, which the log has', async () => {
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

  it('to answer is told as unavailable, with the seconds to wait', async () => {
    await store.close();
    const { status, headers, body } = await failing.post('/v1/complaints', complaint('19007429'));
    expect({ status, body }).toMatchObject({
      status: 503,
      body: { type: 'urn:upheld:problem:event-store-closed' },
    });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('to let anyone write is told as a conflict', async () => {
    store.failure = new RevisionConflict('complaint-19007429', 'no-stream', 0);
    expect(await failing.post('/v1/complaints', complaint('19007429'))).toMatchObject({
      status: 409,
      body: { type: 'urn:upheld:problem:revision-conflict' },
    });
  });
});

it('answers what is under way when it closes', async () => {
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

import { openHttpApi, stableParts, type HttpApi } from '../support/http-api.js';
import { given, newReference, NOT_UPHELD, RECOMMENDATION, UPHELD } from '../support/http-cases.js';

let api: HttpApi;
beforeAll(async () => {
  api = await openHttpApi();
});
afterAll(() => api.close());

describe('If-Match', () => {
  it('on a complaint that does not exist is answered with 404', async () => {
    const path = `/v1/complaints/${newReference()}/decisions`;
    expect((await api.post(path, UPHELD, { 'if-match': '"3"' })).status).toBe(404);
  });

  it('lets a command upon the present state through, and refuses one upon an older state', async () => {
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

  it('does not prevent a repeat under the same key', async () => {
    const reference = await given(api, 'received');
    const headers = { 'if-match': '"0"', 'idempotency-key': 'decide' };
    const send = () => api.post(`/v1/complaints/${reference}/decisions`, NOT_UPHELD, headers);
    const first = await send();
    expect(stableParts(await send())).toEqual(stableParts(first));
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
    'answers 304 without a body where the caller has the state already (%s)',
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

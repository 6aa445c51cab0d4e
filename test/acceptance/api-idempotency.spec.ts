import { openHttpApi, stableParts, type HttpApi } from '../support/http-api.js';
import { complaint, given, newReference, RECOMMENDATION, UPHELD } from '../support/http-cases.js';

let api: HttpApi;
beforeAll(async () => {
  api = await openHttpApi();
});
afterAll(() => api.close());

describe('Idempotency-Key', () => {
  it('gets the first answer again, whatever happened since then', async () => {
    const reference = newReference();
    const key = { 'idempotency-key': 'register' };
    const first = await api.post('/v1/complaints', complaint(reference), key);
    await api.post(`/v1/complaints/${reference}/decisions`, UPHELD);
    const second = await api.post('/v1/complaints', complaint(reference), key);
    expect(stableParts(second)).toEqual(stableParts(first));
    expect(second).toMatchObject({ status: 201, body: { revision: 0 } });

    const recommendations = `/v1/complaints/${reference}/recommendations`;
    const made = await api.post(recommendations, RECOMMENDATION, { 'idempotency-key': 'recommend' });
    await api.post(recommendations, RECOMMENDATION);
    const again = await api.post(recommendations, RECOMMENDATION, { 'idempotency-key': 'recommend' });
    expect(stableParts(again)).toEqual(stableParts(made));
    expect(again.body).toMatchObject({ recommendation: 'r1', revision: 3 });
    expect(await api.events(reference)).toBe(5);
  });

  it('is the same key quoted or unquoted, and the same content in another order of fields', async () => {
    const reference = await given(api, 'received');
    const path = `/v1/complaints/${reference}/decisions`;
    const { outcome, decidedOn, finding } = UPHELD;
    const first = await api.post(path, UPHELD, { 'idempotency-key': 'a\\b' });
    const second = await api.post(path, { finding, decidedOn, outcome }, { 'idempotency-key': '"a\\\\b"' });
    expect(stableParts(second)).toEqual(stableParts(first));
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

  it('can be used again after a refusal, for the corrected registration', async () => {
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

  it('identifies its registration also where the case was stored already and nothing changed', async () => {
    const reference = newReference();
    const key = { 'idempotency-key': `known-${reference}` };
    await api.post('/v1/complaints', complaint(reference));
    expect((await api.post('/v1/complaints', complaint(reference), key)).status).toBe(200);
    expect((await api.post('/v1/complaints', complaint(reference), key)).status).toBe(200);
    expect(await api.events(reference)).toBe(1);
    const other = newReference();
    expect(await api.post('/v1/complaints', complaint(other), key)).toMatchObject({
      status: 422,
      body: { type: 'urn:upheld:problem:idempotency-key-reused' },
    });
    expect(await api.events(other)).toBe(0);
  });

  it('has one effect and one answer for requests at the same moment', async () => {
    const reference = await given(api, 'upheld');
    const send = () =>
      api.post(`/v1/complaints/${reference}/recommendations`, RECOMMENDATION, { 'idempotency-key': 'same' });
    const answers = (await Promise.all(Array.from({ length: 12 }, send))).map(stableParts);
    expect(answers[0]).toMatchObject({ status: 201, body: { recommendation: 'r1' }, etag: '"3"' });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await api.events(reference)).toBe(4);
  });

  it('repeats a registration sent twice at the same moment', async () => {
    const reference = newReference();
    const send = () => api.post('/v1/complaints', complaint(reference), { 'idempotency-key': 'twice' });
    const [one, other] = (await Promise.all([send(), send()])).map(stableParts);
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

import { openHttpApi, type HttpApi } from '../support/http-api.js';
import { complaint, given, newReference, UPHELD } from '../support/http-cases.js';

let api: HttpApi;
beforeAll(async () => {
  api = await openHttpApi();
});
afterAll(() => api.close());

const text = (body: unknown) => JSON.stringify(body);

describe('a body', () => {
  it('is answered with every invalid field, each with its pointer', async () => {
    const body = {
      outcome: 'upheld',
      decidedOn: '2019-02-30',
      finding: { remedy: 'apology', 'a/b~c#%': 1 },
      fault: 1,
    };
    const reference = await given(api, 'received');
    expect(await api.post(`/v1/complaints/${reference}/decisions`, body)).toMatchObject({
      status: 422,
      body: {
        type: 'urn:upheld:problem:invalid-input',
        title: 'Invalid input',
        errors: [
          { pointer: '#/decidedOn', detail: 'must be a calendar date, YYYY-MM-DD' },
          { pointer: '#/finding/injustice', detail: 'is required' },
          { pointer: '#/finding/remedy', detail: 'must be one of none, recommended, already-provided' },
          { pointer: '#/finding/a~1b~0c%23%25', detail: 'is not known here' },
          { pointer: '#/fault', detail: 'is not known here' },
        ],
      },
    });
    expect(await api.events(reference)).toBe(1);
  });

  it.each<[string, object, string]>([
    ['a number for a string', { subject: 7 }, '#/subject'],
    ['a number for a reference', { reference: 19007429 }, '#/reference'],
    ['seven digits', { reference: '1900742' }, '#/reference'],
    ['digits of another script', { reference: '١٩٠٠٧٤٢٩' }, '#/reference'],
    ['no code', { authority: 'Blaby' }, '#/authority'],
    ['no subject', { subject: ' \n ' }, '#/subject'],
    ['a subject too long', { subject: 'a'.repeat(201) }, '#/subject'],
    ['a control character', { subject: 'Hous\u0000ing' }, '#/subject'],
    ['a lone surrogate', { subject: 'Hous\ud800ing' }, '#/subject'],
    ['an array for a string', { subject: ['Housing'] }, '#/subject'],
    ['null for a string', { subject: null }, '#/subject'],
    ['an instant for a date', { receivedOn: '2019-05-01T00:00:00Z' }, '#/receivedOn'],
    ['a British date', { receivedOn: '01/05/2019' }, '#/receivedOn'],
    ['a day that never was', { receivedOn: '2019-02-29' }, '#/receivedOn'],
  ])('is refused with %s', async (_, over, pointer) => {
    const reference = newReference();
    expect(await api.post('/v1/complaints', complaint(reference, over))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer }] },
    });
    expect(await api.events(reference)).toBe(0);
  });

  it.each([
    ['__proto__', '"__proto__": {"authority": "E07000129"}'],
    ['constructor', '"constructor": {"prototype": {"a": 1}}'],
    ['prototype', '"prototype": 1'],
    ['toString', '"toString": 1'],
    ['\ud800', '"\\ud800": 1'],
    ['', '"": 1'],
  ])('is refused with a field named %j', async (name, field) => {
    const reference = newReference();
    const { status, body } = await api.post(
      '/v1/complaints',
      `{${field}, ${text(complaint(reference)).slice(1)}`,
    );
    expect({ status, body }).toMatchObject({
      status: 422,
      body: {
        errors: [{ pointer: `#/${encodeURIComponent(name.toWellFormed())}`, detail: 'is not known here' }],
      },
    });
    expect(await api.events(reference)).toBe(0);
  });

  it.each(['null', '[]', '"text"', '0', 'true'])('is refused as %s', async (body) => {
    expect(await api.post('/v1/complaints', body)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#', detail: 'must be an object' }] },
    });
  });

  it('is refused when it is missing', async () => {
    expect(await api.send('/v1/complaints', { method: 'POST' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#', detail: 'is required' }] },
    });
  });

  it.each<[string, (reference: string) => string | Uint8Array]>([
    ['nothing', () => ''],
    ['no JSON', () => 'reference=19007429'],
    ['half a JSON', (reference) => text(complaint(reference)).slice(0, -1)],
    ['two JSONs', (reference) => text(complaint(reference)).repeat(2)],
    ['a name twice', (reference) => `{"subject": "Roads", ${text(complaint(reference)).slice(1)}`],
    [
      'a name twice, once escaped',
      (reference) => `{"subj\\u0065ct": "Roads", ${text(complaint(reference)).slice(1)}`,
    ],
    [
      'bytes that are not UTF-8',
      (reference) => Buffer.from(text(complaint(reference, { subject: 'Café' })), 'latin1'),
    ],
    ['UTF-16', (reference) => Buffer.from(text(complaint(reference)), 'utf16le')],
    ['zeros', () => new Uint8Array(100)],
  ])('is refused as malformed with %s', async (_, body) => {
    const reference = newReference();
    expect(await api.post('/v1/complaints', body(reference))).toMatchObject({
      status: 400,
      body: { type: 'urn:upheld:problem:malformed-body' },
    });
    expect(await api.events(reference)).toBe(0);
  });

  it('may begin with a byte order mark', async () => {
    const { status } = await api.post('/v1/complaints', `\ufeff${text(complaint(newReference()))}`);
    expect(status).toBe(201);
  });

  it.each([
    ['nested deeper than a stack', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['nested deeper in a field', `{"subject": ${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`],
    ['an array of thousands', text({ subject: Array(20_000).fill(0) })],
    [
      'thousands of unknown fields',
      text(Object.fromEntries(Array.from({ length: 6_000 }, (_, n) => [`f${n}`, 0]))),
    ],
    ['a number beyond all numbers', '{"subject": 1e999999}'],
  ])('is refused when it is %s', async (_, body) => {
    const answer = await api.post('/v1/complaints', body);
    expect(answer.status).toBe(422);
    expect((answer.body as { errors: unknown[] }).errors.length).toBeLessThanOrEqual(50);
  });

  it.each([
    ['with its length', (body: string) => body],
    ['in chunks', (body: string) => new Blob([body]).stream()],
  ])('is refused when it is too large, sent %s', async (_, sent) => {
    const reference = newReference();
    const body = text(complaint(reference, { subject: 'a'.repeat(70_000) }));
    const answer = await api.send('/v1/complaints', {
      method: 'POST',
      body: sent(body),
      headers: { 'content-type': 'application/json' },
      ...{ duplex: 'half' },
    });
    expect(answer).toMatchObject({ status: 413, body: { type: 'urn:upheld:problem:payload-too-large' } });
    expect(await api.events(reference)).toBe(0);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/merge-patch+json',
    'json',
    'multipart/form-data',
  ])('is refused as %s', async (type) => {
    const reference = newReference();
    expect(await api.post('/v1/complaints', complaint(reference), { 'content-type': type })).toMatchObject({
      status: 415,
      body: { type: 'urn:upheld:problem:unsupported-media-type' },
    });
    expect(await api.events(reference)).toBe(0);
  });

  it('is refused with a finding whose remedy is not known, and only that field is named', async () => {
    const reference = await given(api, 'received');
    const body = { ...UPHELD, finding: { ...UPHELD.finding, remedy: 'Recommended' } };
    expect(await api.post(`/v1/complaints/${reference}/decisions`, body)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/finding/remedy' }] },
    });
  });
});

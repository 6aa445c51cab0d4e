import fc from 'fast-check';
import { openHttpApi, type Answer, type HttpApi } from '../support/http-api.js';
import { complaint, COMPLIED, given, newReference, RECOMMENDATION, UPHELD } from '../support/http-cases.js';

let api: HttpApi;
/** A case at each stage, so that a body that happens to be valid is accepted. */
let routes: readonly Readonly<{ path: string; right: object }>[];

beforeAll(async () => {
  api = await openHttpApi();
  const received = await given(api, 'received');
  const upheld = await given(api, 'upheld');
  const recommended = await given(api, 'recommended');
  routes = [
    { path: '/v1/complaints', right: complaint(newReference()) },
    { path: `/v1/complaints/${received}/decisions`, right: UPHELD },
    { path: `/v1/complaints/${upheld}/recommendations`, right: RECOMMENDATION },
    { path: `/v1/complaints/${recommended}/recommendations/r1/checks`, right: COMPLIED },
  ];
});
afterAll(() => api.close());

/** Expects no 5xx. Expects of a refusal that it stored nothing and has problem details. */
async function expectNoFailure(send: () => Promise<Answer>): Promise<void> {
  const before = await api.store.head();
  const { status, headers, body } = await send();
  expect(status).toBeLessThan(500);
  if (status < 300) return;
  expect(await api.store.head()).toBe(before);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({
    type: expect.stringMatching(/^urn:upheld:problem:[a-z0-9-]+$/) as string,
    status,
  });
}

/** A valid body with some fields removed, replaced by any value, or added. */
const nearly = (right: object): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.record(
        Object.fromEntries(
          Object.entries(right).map(([name, value]) => [
            name,
            fc.oneof(
              { weight: 3, arbitrary: fc.constant(value as unknown) },
              fc.string({ unit: 'binary' }),
              fc.jsonValue(),
            ),
          ]),
        ),
        { requiredKeys: [] },
      ),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant({}) },
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
      ),
    )
    .map(([fields, others]) => ({ ...others, ...fields }));

const anyRoute = fc.nat().map((index) => routes[index % routes.length] ?? { path: '/', right: {} });
const runs = { numRuns: 300, interruptAfterTimeLimit: 20_000 };

it('refuses any JSON on any route without failing', async () => {
  await fc.assert(
    fc.asyncProperty(anyRoute, fc.json({ noUnicodeString: false }), ({ path }, body) =>
      expectNoFailure(() => api.post(path, body)),
    ),
    runs,
  );
});

it('refuses bodies that are nearly right without failing', async () => {
  const bodies = anyRoute.chain(({ path, right }) => nearly(right).map((body) => ({ path, body })));
  await fc.assert(
    fc.asyncProperty(bodies, ({ path, body }) => expectNoFailure(() => api.post(path, body))),
    runs,
  );
});

it('refuses any bytes as a body without failing', async () => {
  await fc.assert(
    fc.asyncProperty(anyRoute, fc.uint8Array({ maxLength: 300 }), ({ path }, bytes) =>
      expectNoFailure(() => api.post(path, bytes)),
    ),
    runs,
  );
});

it('accepts any header a client can send without failing', async () => {
  const value = fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(anyRoute, value, value, value, ({ path, right }, key, tag, id) =>
      expectNoFailure(() =>
        api.post(path, right, { 'idempotency-key': key, 'if-match': tag, 'x-request-id': id }),
      ),
    ),
    runs,
  );
});

it('answers any address without failing', async () => {
  const segment = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }).map((any) => encodeURIComponent(any.toWellFormed())),
    fc
      .uint8Array({ maxLength: 6 })
      .map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')),
    fc.constantFrom(
      'v1',
      'complaints',
      'statistics',
      'authorities',
      'history',
      '2019-20',
      '19007429',
      'E07000129',
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(segment, { maxLength: 6 }),
      fc.webQueryParameters(),
      async (segments, query) => {
        const { status } = await api.get(`/${segments.join('/')}?${query}`);
        expect(status).toBeLessThan(500);
      },
    ),
    runs,
  );
});

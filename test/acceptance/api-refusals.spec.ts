import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import { complaintAggregate } from '../../src/complaints/complaint.command-handler.js';
import { complaintEventSchemas } from '../../src/complaints/complaint.events.js';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import { StreamCommandHandler } from '../../src/event-sourcing/command-handler.js';
import { NOW, openHttpApi, type HttpApi } from '../support/http-api.js';
import {
  complaint,
  COMPLIED,
  given,
  newReference,
  NOT_COMPLIED,
  NOT_UPHELD,
  RECOMMENDATION,
  UPHELD,
  type Stage,
} from '../support/http-cases.js';

let api: HttpApi;
beforeAll(async () => {
  api = await openHttpApi();
});
afterAll(() => api.close());

const DECISIONS = '/v1/complaints/{reference}/decisions';
const RECOMMENDATIONS = '/v1/complaints/{reference}/recommendations';
const CHECKS = '/v1/complaints/{reference}/recommendations/{recommendation}/checks';

type Refused = Readonly<{
  what: string;
  code: string;
  at: Stage;
  route: string;
  body: object;
  pointer?: string;
}>;

const REFUSED: readonly Refused[] = [
  {
    what: 'a second decision on a decided case',
    code: 'already-decided',
    at: 'not upheld',
    route: DECISIONS,
    body: UPHELD,
  },
  {
    what: 'a decision before the complaint was received',
    code: 'decided-before-received',
    at: 'received',
    route: DECISIONS,
    body: { ...NOT_UPHELD, decidedOn: '2019-04-30' },
    pointer: '#/decidedOn',
  },
  {
    what: 'a decision in the future',
    code: 'decided-in-the-future',
    at: 'received',
    route: DECISIONS,
    body: { ...NOT_UPHELD, decidedOn: '2020-04-21' },
    pointer: '#/decidedOn',
  },
  {
    what: 'upheld without a finding',
    code: 'finding-required',
    at: 'received',
    route: DECISIONS,
    body: { ...UPHELD, finding: undefined },
    pointer: '#/finding',
  },
  {
    what: 'a finding without upheld',
    code: 'finding-without-upheld',
    at: 'received',
    route: DECISIONS,
    body: { ...NOT_UPHELD, finding: UPHELD.finding },
    pointer: '#/finding',
  },
  {
    what: 'a recommendation on a case not upheld',
    code: 'not-upheld',
    at: 'not upheld',
    route: RECOMMENDATIONS,
    body: RECOMMENDATION,
  },
  {
    what: 'a recommendation on a case not decided',
    code: 'not-upheld',
    at: 'received',
    route: RECOMMENDATIONS,
    body: RECOMMENDATION,
  },
  {
    what: 'a recommendation due before the decision',
    code: 'due-before-decision',
    at: 'upheld',
    route: RECOMMENDATIONS,
    body: { ...RECOMMENDATION, dueOn: '2019-09-01' },
    pointer: '#/dueOn',
  },
  {
    what: 'a check dated before the decision',
    code: 'checked-before-decision',
    at: 'recommended',
    route: CHECKS,
    body: { ...NOT_COMPLIED, checkedOn: '2019-09-01' },
    pointer: '#/checkedOn',
  },
  {
    what: 'a check in the future',
    code: 'checked-in-the-future',
    at: 'recommended',
    route: CHECKS,
    body: { ...COMPLIED, checkedOn: '2020-04-21' },
    pointer: '#/checkedOn',
  },
  {
    what: 'complied without the date the council acted',
    code: 'action-date-required',
    at: 'recommended',
    route: CHECKS,
    body: { ...COMPLIED, actionOn: undefined },
    pointer: '#/actionOn',
  },
  {
    what: 'an action after the check of it',
    code: 'acted-after-check',
    at: 'recommended',
    route: CHECKS,
    body: { ...COMPLIED, actionOn: '2020-01-11' },
    pointer: '#/actionOn',
  },
  {
    what: 'another check after a complied',
    code: 'already-complied',
    at: 'complied',
    route: CHECKS,
    body: NOT_COMPLIED,
  },
  {
    what: 'a cure checked before the non-compliance',
    code: 'checked-before-earlier-check',
    at: 'not complied',
    route: CHECKS,
    body: { ...COMPLIED, checkedOn: '2020-01-09' },
    pointer: '#/checkedOn',
  },
];

it.each(REFUSED)('refuses $what with its reason, and stores nothing', async (refused) => {
  const reference = await given(api, refused.at);
  const before = await api.events(reference);
  const path = refused.route.replace('{reference}', reference).replace('{recommendation}', 'r1');
  const { status, headers, body } = await api.post(path, refused.body);
  expect(status).toBe(409);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({
    type: `urn:upheld:problem:${refused.code}`,
    status: 409,
    ...(refused.pointer !== undefined && { errors: [{ pointer: refused.pointer }] }),
  });
  expect('errors' in (body as object)).toBe(refused.pointer !== undefined);
  expect(await api.events(reference)).toBe(before);
  expect(await documented(refused.route)).toContain(`\`${refused.code}\``);
});

it.each([
  ['unknown-authority', 'a complaint about an unknown council', { authority: 'E07000999' }, '#/authority'],
  ['received-in-the-future', 'a complaint of tomorrow', { receivedOn: '2020-04-21' }, '#/receivedOn'],
  [
    'received-before-the-ombudsman',
    'a complaint of before there was an ombudsman',
    { receivedOn: '1974-03-31' },
    '#/receivedOn',
  ],
  ['reference-in-use', 'a reference used twice with other content', { subject: 'Roads' }, '#/reference'],
])('refuses %s: %s', async (code, _, over, pointer) => {
  const reference = await given(api, code === 'reference-in-use' ? 'received' : 'unknown');
  const before = await api.events(reference);
  const { status, body } = await api.post('/v1/complaints', complaint(reference, over));
  expect({ status, body }).toMatchObject({
    status: 409,
    body: { type: `urn:upheld:problem:${code}`, errors: [{ pointer }] },
  });
  expect(await api.events(reference)).toBe(before);
  expect(await documented('/v1/complaints')).toContain(`\`${code}\``);
});

it('keeps a mistyped year out of the log, so that the statistics of every other year can be read', async () => {
  const reference = await given(api, 'unknown');
  const slip = { receivedOn: '0219-10-02' };
  expect(await api.post('/v1/complaints', complaint(reference, slip))).toMatchObject({ status: 409 });
  const decision = { ...NOT_UPHELD, decidedOn: '0219-11-02' };
  expect(await api.post(`/v1/complaints/${reference}/decisions`, decision)).toMatchObject({ status: 404 });
  await api.post('/v1/complaints', complaint(reference));
  expect(await api.post(`/v1/complaints/${reference}/decisions`, decision)).toMatchObject({
    status: 409,
    body: { type: 'urn:upheld:problem:decided-before-received' },
  });
  expect(await api.get('/v1/authorities/E07000129/statistics/2019-20')).toMatchObject({ status: 200 });
});

it('refuses a decision before the council began', async () => {
  const reference = await given(api, 'unknown');
  const early = { authority: 'E06000058', receivedOn: '2019-03-01' };
  await api.post('/v1/complaints', complaint(reference, early));
  const decision = { ...NOT_UPHELD, decidedOn: '2019-03-31' };
  expect(await api.post(`/v1/complaints/${reference}/decisions`, decision)).toMatchObject({
    status: 409,
    body: {
      type: 'urn:upheld:problem:decided-before-authority-began',
      errors: [{ pointer: '#/decidedOn' }],
    },
  });
  expect(await api.events(reference)).toBe(1);
  expect(await documented(DECISIONS)).toContain('`decided-before-authority-began`');
});

it('refuses a decision about a council that the register does not have', async () => {
  const reference = CaseReferenceSchema.parse(newReference());
  const data = complaintEventSchemas.ComplaintReceived.parse(
    complaint(reference, { authority: 'E07000999' }),
  );
  await new StreamCommandHandler(api.store, complaintAggregate).handle(
    reference,
    data,
    commandContext({ id: 'test', role: 'system' }, NOW),
    () => [{ type: 'ComplaintReceived', data }],
  );
  expect(await api.post(`/v1/complaints/${reference}/decisions`, NOT_UPHELD)).toMatchObject({
    status: 409,
    body: { type: 'urn:upheld:problem:unknown-authority' },
  });
  expect(await api.events(reference)).toBe(1);
  expect(await documented(DECISIONS)).toContain('`unknown-authority`');
});

it('refuses the fifty-first recommendation and the twenty-first check', async () => {
  const reference = await given(api, 'upheld');
  const recommendations = `/v1/complaints/${reference}/recommendations`;
  for (let made = 0; made < 50; made += 1) await api.post(recommendations, RECOMMENDATION);
  expect(await api.post(recommendations, RECOMMENDATION)).toMatchObject({
    status: 409,
    body: { type: 'urn:upheld:problem:too-many-recommendations' },
  });
  for (let made = 0; made < 20; made += 1) await api.post(`${recommendations}/r7/checks`, NOT_COMPLIED);
  expect(await api.post(`${recommendations}/r7/checks`, NOT_COMPLIED)).toMatchObject({
    status: 409,
    body: { type: 'urn:upheld:problem:too-many-checks' },
  });
  expect(await api.events(reference)).toBe(3 + 50 + 20);
});

it.each([
  ['complaint-not-found', 'unknown', ''],
  ['complaint-not-found', 'unknown', '/history'],
  ['complaint-not-found', 'unknown', '/recommendations/r1'],
  ['recommendation-not-found', 'recommended', '/recommendations/r2'],
] as const)('answers %s for what is not there (%s%s)', async (code, at, rest) => {
  const reference = await given(api, at);
  expect(await api.get(`/v1/complaints/${reference}${rest}`)).toMatchObject({
    status: 404,
    body: { type: `urn:upheld:problem:${code}`, status: 404 },
  });
});

it.each([
  ['complaint-not-found', 'unknown', '/decisions', NOT_UPHELD],
  ['complaint-not-found', 'unknown', '/recommendations', RECOMMENDATION],
  ['complaint-not-found', 'unknown', '/recommendations/r1/checks', COMPLIED],
  ['recommendation-not-found', 'upheld', '/recommendations/r1/checks', COMPLIED],
  ['recommendation-not-found', 'received', '/recommendations/r1/checks', COMPLIED],
] as const)('answers %s to a command on what is not there (%s, %s)', async (code, at, rest, command) => {
  const reference = await given(api, at);
  const before = await api.events(reference);
  expect(await api.post(`/v1/complaints/${reference}${rest}`, command)).toMatchObject({
    status: 404,
    body: { type: `urn:upheld:problem:${code}` },
  });
  expect(await api.events(reference)).toBe(before);
});

/** The documentation of the refusals of a route. */
async function documented(route: string): Promise<string> {
  const { body } = await api.get('/openapi.json');
  const { paths } = body as {
    paths: Record<string, { post: { responses: Record<string, { description: string }> } }>;
  };
  return paths[route]?.post.responses['409']?.description ?? '';
}

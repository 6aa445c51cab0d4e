import { z } from 'zod';
import * as commandAnswers from '../../src/complaints/command-answers.js';
import * as answers from '../../src/complaints/complaint.answers.js';
import type { ComplaintCommand } from '../../src/complaints/complaint.command.js';
import * as historyAnswers from '../../src/complaints/complaint-history.answers.js';
import { complaintRefusals } from '../../src/complaints/complaint.refusals.js';
import * as checkBodies from '../../src/complaints/compliance-check/compliance-check.bodies.js';
import * as decisionBodies from '../../src/complaints/decision/decision.bodies.js';
import * as parameters from '../../src/complaints/path-parameters.js';
import * as receiptBodies from '../../src/complaints/receipt/receipt.bodies.js';
import * as recommendationAnswers from '../../src/complaints/recommendation/recommendation.answers.js';
import * as recommendationBodies from '../../src/complaints/recommendation/recommendation.bodies.js';
import * as health from '../../src/health/health.schemas.js';
import * as statistics from '../../src/statistics/api/statistics.schemas.js';
import { ProblemSchema } from '../../src/platform/http/problem.js';
import { openHttpApi, type HttpApi } from '../support/http-api.js';

const Media = z.looseObject({ schema: z.looseObject({ $ref: z.string() }), example: z.unknown().optional() });
const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  description: z.string(),
  tags: z.array(z.string()).length(1),
  parameters: z.array(
    z.looseObject({ name: z.string(), in: z.string(), description: z.string(), schema: z.looseObject({}) }),
  ),
  requestBody: z.looseObject({ content: z.strictObject({ 'application/json': Media }) }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({ description: z.string(), content: z.record(z.string(), Media).optional() }),
  ),
});
const Document = z.looseObject({
  openapi: z.string(),
  info: z.strictObject({
    title: z.string(),
    description: z.string(),
    version: z.string(),
    license: z.object(),
  }),
  tags: z.array(z.looseObject({ name: z.string() })),
  paths: z.record(z.string(), z.partialRecord(z.enum(['get', 'post']), Operation)),
  components: z.strictObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

let api: HttpApi;
let document: z.infer<typeof Document>;
let operations: (z.infer<typeof Operation> & { path: string; method: string })[];
beforeAll(async () => {
  api = await openHttpApi();
  document = Document.parse((await api.get('/openapi.json')).body);
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
});
afterAll(() => api.close());

it('is OpenAPI 3.1 and names every call of the API once', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document).not.toHaveProperty('servers');
  expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    'get /health/live',
    'get /health/ready',
    'get /metrics',
    'get /v1/authorities/{code}/statistics/{year}',
    'get /v1/complaints/{reference}',
    'get /v1/complaints/{reference}/history',
    'get /v1/complaints/{reference}/recommendations/{recommendation}',
    'get /v1/statistics/{year}',
    'post /v1/complaints',
    'post /v1/complaints/{reference}/decisions',
    'post /v1/complaints/{reference}/recommendations',
    'post /v1/complaints/{reference}/recommendations/{recommendation}/checks',
  ]);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

it('documents each call in words, under a tag that is introduced', () => {
  for (const { summary, description, tags, responses } of operations) {
    expect([
      summary,
      description,
      ...Object.values(responses).map((answer) => answer.description),
    ]).not.toContain('');
    expect(document.tags.map(({ name }) => name)).toContain(tags[0]);
  }
});

it('documents every parameter of a path, and the headers that each call uses', () => {
  for (const { path, method, parameters } of operations) {
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    const headers = parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);
    if (method === 'post') expect(headers).toContain('Idempotency-Key');
    expect(headers.includes('If-Match')).toBe(method === 'post' && path !== '/v1/complaints');
    expect(headers.includes('If-None-Match')).toBe(method === 'get' && path.startsWith('/v1/complaints'));
  }
});

it('documents the problems of each call, with an example of that status', () => {
  for (const { method, path, responses } of operations) {
    const problems = Object.entries(responses).filter(([status]) => Number(status) >= 400);
    const statuses = problems.map(([status]) => status);
    expect(statuses).toEqual(expect.arrayContaining(['422', '500']));
    // These two are answered during any outage.
    expect(statuses.includes('503')).toBe(!['/health/live', '/metrics'].includes(path));
    if (method === 'post') expect(statuses).toEqual(expect.arrayContaining(['400', '409', '413', '415']));
    for (const [status, { content }] of problems) {
      const media = content?.['application/problem+json'];
      const notReady = path === '/health/ready' && status === '503';
      expect(media?.schema.$ref).toBe(`#/components/schemas/${notReady ? 'NotReady' : 'Problem'}`);
      const schema = notReady ? health.NotReadySchema : ProblemSchema;
      expect(schema.parse(media?.example).status).toBe(Number(status));
    }
  }
});

/** The route of each command, and the refusals that no request to it can have. */
const ROUTES: Readonly<Record<ComplaintCommand['type'], Readonly<{ path: string; never?: string[] }>>> = {
  ReceiveComplaint: { path: '/v1/complaints' },
  RecordDecision: { path: '/v1/complaints/{reference}/decisions' },
  // Only an import names the recommendation.
  MakeRecommendation: {
    path: '/v1/complaints/{reference}/recommendations',
    never: ['recommendation-in-use'],
  },
  CheckCompliance: { path: '/v1/complaints/{reference}/recommendations/{recommendation}/checks' },
};

it.each(Object.entries(ROUTES))(
  'documents every refusal of %s, and no other',
  (type, { path, never = [] }) => {
    const rules: object = complaintRefusals[type as ComplaintCommand['type']];
    const description = document.paths[path]?.post?.responses['409']?.description ?? '';
    const documented = [...description.matchAll(/^- `([a-z-]+)`: /gm)].map(([, code]) => code);
    expect(documented).toEqual(Object.keys(rules).filter((code) => !never.includes(code)));
  },
);

it('documents the refusals of every route that takes a body', () => {
  const withBody = operations.filter(({ requestBody }) => requestBody !== undefined);
  expect(withBody.map(({ path }) => path).sort()).toEqual(
    Object.values(ROUTES)
      .map(({ path }) => path)
      .sort(),
  );
});

it('documents that metrics are text, and that all else is JSON', () => {
  for (const { path, responses } of operations) {
    const media = Object.keys(responses['200']?.content ?? {});
    if (media.length > 0) expect(media).toEqual([path === '/metrics' ? 'text/plain' : 'application/json']);
  }
  expect(operations.find(({ path }) => path === '/metrics')?.responses['200']?.content).toBeDefined();
});

it('has a schema at the end of every reference, and no schema that nothing refers to', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference);
  const addresses = Object.keys(document.components.schemas).map((id) => `#/components/schemas/${id}`);
  expect([...new Set(references)].sort()).toEqual(addresses.sort());
  expect(text).not.toMatch(/"\$(schema|id)"|"nullable"|"example":\{"\$ref"/);
});

it('describes its bodies by the schemas that validate them: strict, and with an example that passes', () => {
  const described = operations.flatMap(({ requestBody }) => requestBody ?? []);
  expect(described).toHaveLength(Object.keys(ROUTES).length);
  for (const { content } of described) {
    const id = content['application/json'].schema.$ref.replace('#/components/schemas/', '');
    expect(document.components.schemas[id]).toMatchObject({ type: 'object', additionalProperties: false });
    expect(document.components.schemas[id]?.['examples']).toHaveLength(1);
  }
});

it.each(
  Object.entries({
    ...commandAnswers,
    ...answers,
    ...historyAnswers,
    ...checkBodies,
    ...decisionBodies,
    ...parameters,
    ...receiptBodies,
    ...recommendationAnswers,
    ...recommendationBodies,
    ...health,
    ...statistics,
  }).filter(([name]) => /(Body|Schema|Parameter)$/.test(name)),
)('gives examples of %s that it accepts itself', (_, exported) => {
  if (!(exported instanceof z.ZodType)) throw new Error('not a schema');
  const examples = z
    .array(z.unknown())
    .parse(exported.meta()?.['examples'] ?? [exported.meta()?.['example']]);
  for (const example of examples) {
    if (example !== undefined) expect(exported.safeParse(example).error).toBeUndefined();
  }
});

it('has a browser at /docs that requests nothing from other hosts', async () => {
  const redirect = await api.send('/', { redirect: 'manual' });
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/docs']);
  const page = await api.get('/docs');
  expect(page).toMatchObject({
    status: 200,
    body: expect.stringContaining('<title>Upheld API</title>') as string,
  });
  const linked = [...String(page.body).matchAll(/(?:src|href)="([^"]*)"/g)].map(
    ([, address = '']) => address,
  );
  expect(linked.filter((address) => !address.startsWith('data:'))).toEqual([
    '/docs/swagger-ui.css',
    '/docs/swagger-ui-bundle.js',
    '/docs/start.js',
  ]);
  for (const address of linked.filter((one) => one.startsWith('/'))) {
    expect((await api.get(address)).status).toBe(200);
  }
});

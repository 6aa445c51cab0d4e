import { pino } from 'pino';
import { createHttpApp } from '../../src/platform/http/http-app.js';
import { moduleOn, openHttpApi, type HttpApi } from '../support/http-api.js';
import { complaint, given, newReference, NOT_UPHELD } from '../support/http-cases.js';
import { sendRaw } from '../support/http-raw.js';

let api: HttpApi;
beforeAll(async () => {
  api = await openHttpApi();
});
afterAll(() => api.close());

describe('an address', () => {
  it.each([
    ['/nowhere', 404, 'not-found'],
    ['/v1', 404, 'not-found'],
    ['/v1/complaints/', 404, 'not-found'],
    ['/docs/../package.json', 404, 'not-found'],
    ['/docs/%2e%2e%2fpackage.json', 404, 'not-found'],
    ['/v1/complaints/19007429x', 422, 'invalid-input'],
    ['/v1/complaints/19007429%00', 422, 'invalid-input'],
    ['/v1/complaints/19%2F007', 422, 'invalid-input'],
    ['/v1/complaints/19007429/recommendations/%20', 422, 'invalid-input'],
    ['/v1/complaints/__proto__', 422, 'invalid-input'],
    ['/v1/complaints/%ED%A0%80', 400, 'bad-request'],
    ['/v1/complaints/%E0%A4%A', 400, 'bad-request'],
    [`/v1/complaints/${'1'.repeat(500)}`, 414, 'uri-too-long'],
    ['/v1/complaints/19007429?expand=all', 422, 'invalid-input'],
    ['/v1/statistics/2019-20?asAt=2020-01-01&__proto__=1', 422, 'invalid-input'],
  ])('%s is answered with %d %s', async (path, status, code) => {
    const answer = await api.get(path);
    expect(answer).toMatchObject({ status, body: { type: `urn:upheld:problem:${code}`, status } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('names the query parameters that it does not know', async () => {
    expect(await api.post('/v1/complaints?dryRun=true', complaint(newReference()))).toMatchObject({
      status: 422,
      body: { errors: [{ parameter: 'dryRun', detail: 'is not known here' }] },
    });
  });

  it.each([
    ['GET', '/v1/complaints', 'POST'],
    ['DELETE', '/v1/complaints/19007429', 'GET, HEAD'],
    ['PUT', '/v1/complaints/19007429/decisions', 'POST'],
    ['OPTIONS', '/v1/complaints', 'POST'],
    ['POST', '/openapi.json', 'GET, HEAD'],
  ])('does not allow %s on %s', async (method, path, allow) => {
    const { status, headers, body } = await api.send(path, {
      method,
      ...(method === 'PUT' && { body: 'x' }),
    });
    expect({ status, body }).toMatchObject({
      status: 405,
      body: { type: 'urn:upheld:problem:method-not-allowed' },
    });
    expect(headers.get('allow')).toBe(allow);
  });

  it('answers HEAD as GET, without the body', async () => {
    const reference = await given(api, 'received');
    const { status, headers, body } = await api.send(`/v1/complaints/${reference}`, { method: 'HEAD' });
    expect({ status, body, etag: headers.get('etag') }).toEqual({ status: 200, body: '', etag: '"0"' });
  });
});

describe('the server', () => {
  it.each([
    [400, 'NO HTTP AT ALL\r\n\r\n'],
    [431, `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`],
    [400, 'POST /v1/complaints HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n'],
    [421, 'GET /v1/statistics/2019-20 HTTP/1.1\r\nhost: attacker.example\r\nconnection: close\r\n\r\n'],
    [
      421,
      'GET /v1/statistics/2019-20 HTTP/1.1\r\nhost: 127.0.0.1.attacker.example\r\nconnection: close\r\n\r\n',
    ],
    [421, 'GET /v1/statistics/2019-20 HTTP/1.0\r\n\r\n'],
    [
      400,
      'POST /v1/complaints HTTP/1.1\r\nhost: localhost\r\nidempotency-key: a\r\nidempotency-key: b\r\nconnection: close\r\n\r\n',
    ],
  ])('answers %d to %j', async (status, bytes) => {
    const answer = await sendRaw(api.url, bytes);
    expect(answer).toMatchObject({ status, body: { status } });
    expect(answer.head.toLowerCase()).toContain('content-type: application/problem+json');
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '127.0.0.1:3000'])('answers to the name %s', async (host) => {
    const answer = await sendRaw(
      api.url,
      `GET /v1/statistics/2019 HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    );
    expect(answer.status).toBe(422);
  });

  it('does not name the software it uses, and restricts what a page may do', async () => {
    const { headers } = await api.get('/docs');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  const start = (host: string, port: number) => {
    const logger = pino({ enabled: false });
    return createHttpApp(moduleOn(api.store), { host, port, logger });
  };

  it.each(['0.0.0.0', '::', '192.168.0.7', 'ombudsman.example', '127.0.0.1.example', ''])(
    'does not listen on %j, where others might reach it',
    async (host) => {
      await expect(start(host, 0)).rejects.toMatchObject({ code: 'host-not-loopback' });
    },
  );

  it('fails with EADDRINUSE when its port is taken', async () => {
    await expect(start('127.0.0.1', Number(new URL(api.url).port))).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    const reference = await given(api, 'received');
    expect((await api.post(`/v1/complaints/${reference}/decisions`, NOT_UPHELD)).status).toBe(201);
  });
});

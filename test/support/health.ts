import type { z } from 'zod';
import { NotReadySchema, ReadinessSchema } from '../../src/health/health.schemas.js';

type Running = Readonly<{ url: string }>;

/** More than the two seconds that a probe may take, for a busy machine; in milliseconds. */
const BOUND = 10_000;

/** The answer of a health address of the application. */
export async function askHealth(url: string, path: string) {
  const answer = await fetch(url + path, { signal: AbortSignal.timeout(BOUND) });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** The report of the application, which must be ready. */
export async function ready({ url }: Running): Promise<z.infer<typeof ReadinessSchema>> {
  const { status, headers, body } = await askHealth(url, '/health/ready');
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'application/json; charset=utf-8',
    'no-store',
  ]);
  return ReadinessSchema.parse(body);
}

/** The report of the application, which must be live but not ready. */
export async function notReady({ url }: Running): Promise<z.infer<typeof NotReadySchema>> {
  const { status, headers, body } = await askHealth(url, '/health/ready');
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    503,
    'application/problem+json',
    'no-store',
  ]);
  expect(headers.get('retry-after')).toBe('2');
  expect(JSON.stringify(body)).not.toMatch(/postgres(ql)?:\/\/|esdb:|\bat [^ ]+ \(|node_modules/);
  expect((await askHealth(url, '/health/live')).status).toBe(200);
  return NotReadySchema.parse(body);
}

export const isReady = async ({ url }: Running) => (await askHealth(url, '/health/ready')).status === 200;

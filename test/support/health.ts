import type { z } from 'zod';
import { NotReadySchema, ReadinessSchema } from '../../src/health/health.schemas.js';

type Running = Readonly<{ url: string }>;

/** More than the two seconds that it may take, on a machine that has much else to do. */
const BOUND = 10_000;

/** What an address of the application answers. */
export async function askHealth(url: string, path: string) {
  const answer = await fetch(url + path, { signal: AbortSignal.timeout(BOUND) });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** What the application says when it is ready. */
export async function ready({ url }: Running): Promise<z.infer<typeof ReadinessSchema>> {
  const { status, headers, body } = await askHealth(url, '/health/ready');
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'application/json; charset=utf-8',
    'no-store',
  ]);
  return ReadinessSchema.parse(body);
}

/** What the application says when it is not; that it is alive it says all the while. */
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

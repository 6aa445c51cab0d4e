import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** Upper bounds in seconds: commands take a few milliseconds, and a query waits for five seconds at most. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Any other method counts as `other`. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Measures the duration of requests to all routes that are registered afterwards. No label holds text that a caller can
 * choose: every address without a route counts as `unknown`.
 */
export function measureRequests(server: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'upheld_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer by method, route and class of status, in seconds.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  server.addHook('onResponse', (request, reply, done) => {
    const labels = { ...target(request), status: `${Math.floor(reply.statusCode / 100)}xx` };
    durations.observe(labels, reply.elapsedTime / 1_000);
    done();
  });
}

function target(request: FastifyRequest): { method: string; route: string } {
  const { url } = request.routeOptions;
  return {
    method: METHODS.has(request.method) ? request.method : 'other',
    route: url === undefined || request.is404 ? 'unknown' : url,
  };
}

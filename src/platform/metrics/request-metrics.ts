import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** Upper bounds, in seconds: commands take a few milliseconds, and five seconds is the longest that a query waits. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Others that a caller may send count as one. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Measures how long requests take, from those routes on that are registered afterwards. No label holds anything that
 * a caller makes up: an address that is none counts under `unknown`, whatever it was.
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

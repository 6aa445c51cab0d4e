import type { FastifyInstance } from 'fastify';

/** Milliseconds a closing server waits for requests that are still on their way. */
const GRACE = 3_000;

/**
 * Lets a server close in good time. An answer still under way ends its connection too, which would otherwise
 * be kept for over a minute in case another request came; a request that does not end is cut off.
 */
export function letConnectionsEnd(server: FastifyInstance): void {
  let closing = false;
  server.addHook('preClose', (done) => {
    closing = true;
    setTimeout(() => {
      server.server.closeAllConnections();
    }, GRACE).unref();
    done();
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done();
  });
}

import type { FastifyInstance } from 'fastify';

/** Milliseconds that a closing server waits for open requests. */
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * Lets a server close soon. Once it closes, each answer ends its connection, which the server would otherwise keep
 * open for over a minute to await another request. A request that does not end in time is cut off.
 */
export function letConnectionsEnd(server: FastifyInstance): void {
  let closing = false;
  server.addHook('preClose', (done) => {
    closing = true;
    setTimeout(() => {
      server.server.closeAllConnections();
    }, CLOSE_TIMEOUT_MS).unref();
    done();
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done();
  });
}

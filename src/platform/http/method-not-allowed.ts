import { MethodNotAllowedException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/**
 * Notes every route that a server registers from now on, so that the other methods of each address can be answered
 * with 405 and the methods allowed, rather than with 404.
 * @returns a function to call after all routes are registered and before the server listens.
 */
export function refusingOtherMethods(server: FastifyInstance): () => void {
  const served = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    const methods = served.get(url) ?? new Set();
    served.set(url, new Set([...methods, ...[method].flat()]));
  });
  return () => {
    for (const [url, methods] of [...served]) {
      const others = server.supportedMethods.filter((method) => !methods.has(method));
      const allow = [...methods].sort().join(', ');
      server.route({
        url,
        method: others,
        exposeHeadRoute: false,
        // Before the body is read, so that a wrong method is not answered with 415.
        onRequest: async (request, reply) => {
          void reply.header('allow', allow);
          throw new MethodNotAllowedException(`${request.method} is not allowed here; ${allow} is`);
        },
        handler: () => undefined,
      });
    }
  };
}

import { MethodNotAllowedException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/**
 * Notes every route of a server from here on, so that, once they stand, the other methods of each address
 * are answered with 405 and what it does allow, not as if there were nothing.
 * @returns what to call when all routes are registered and the server does not listen yet.
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
        // Before the body is read: a wrong method is no matter of content types.
        onRequest: async (request, reply) => {
          void reply.header('allow', allow);
          throw new MethodNotAllowedException(`${request.method} is not allowed here; ${allow} is`);
        },
        handler: () => undefined,
      });
    }
  };
}

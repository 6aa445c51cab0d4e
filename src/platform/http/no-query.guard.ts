import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidInput } from '../refusal.js';

/**
 * Refuses query parameters: no route takes one yet, and one passed over in silence (`?asAt=…`) would be
 * answered with something else than was asked. The first route that takes some is to be exempted here and
 * to validate its own with `@Query({ schema })`.
 */
export class NoQueryGuard implements CanActivate {
  /** @throws InvalidInput naming each parameter. */
  canActivate(context: ExecutionContext): boolean {
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    const names = Object.keys(query as object);
    if (names.length === 0) return true;
    throw new InvalidInput(
      'this address takes no query parameters',
      // Encoded, so that no name passes for a pointer into the body.
      names
        .slice(0, 50)
        .map((name) => ({ pointer: encodeURIComponent(name.toWellFormed()), detail: 'is not known here' })),
    );
  }
}

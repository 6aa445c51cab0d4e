import { SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { InvalidInput } from '../errors.js';

const KNOWN = 'upheld:query-parameters';

/** Names the query parameters a route takes; each must be declared with `@Query(name, { schema })` too. */
export function TakesQuery(...names: readonly string[]): CustomDecorator {
  return SetMetadata(KNOWN, names);
}

/**
 * Refuses query parameters that a route does not take. Were one ignored (`?asat=…`), the answer would be to another
 * question.
 */
export class KnownQueryGuard implements CanActivate {
  private readonly reflector = new Reflector();

  /** @throws InvalidInput naming each parameter. */
  canActivate(context: ExecutionContext): boolean {
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    const known = this.reflector.get<readonly string[] | undefined>(KNOWN, context.getHandler()) ?? [];
    const unknown = Object.keys(query as object).filter((name) => !known.includes(name));
    if (unknown.length === 0) return true;
    const takes =
      known.length === 0 ? 'no query parameters' : `the query parameters ${known.join(' and ')} only`;
    throw new InvalidInput(
      `this address takes ${takes}`,
      // Encoded, so that no name looks like a pointer into the body.
      unknown
        .slice(0, 50)
        .map((name) => ({ pointer: encodeURIComponent(name.toWellFormed()), detail: 'is not known here' })),
    );
  }
}

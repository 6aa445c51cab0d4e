import { randomUUID } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../event-sourcing/command-context.js';
import { idempotencyKey, revisionToMatch } from '../platform/http/request-headers.js';
import { HTTP_ACTOR } from './actor.js';

/** The context of a command as its request gives it; the time comes from the application's clock. */
export type CommandOrigin = Omit<CommandContext, 'at'>;

export type CommandRequest = Readonly<{
  origin: CommandOrigin;
  /** The revision the caller decided upon (`If-Match`); undefined for any. */
  expected: number | undefined;
}>;

/** Gives a controller what the request of a command says besides its body: caller, key, expected revision. */
export const FromRequest = createParamDecorator((_: unknown, context: ExecutionContext): CommandRequest => {
  const { id, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const key = idempotencyKey(single(headers['idempotency-key']));
  return {
    origin: {
      id: key ?? randomUUID(),
      actor: HTTP_ACTOR,
      correlationId: id,
      keyed: key !== undefined,
    },
    expected: revisionToMatch(headers['if-match']),
  };
});

/** Node joins a header that was sent twice; only its type allows for a list. */
function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

import { randomUUID } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandContext } from '../event-sourcing/command-context.js';
import { idempotencyKey, revisionToMatch } from '../platform/http/request-headers.js';
import { HTTP_ACTOR } from './actor.js';

/** What a request says of its command besides the body, and the reply to it. */
export type CommandRequest = Readonly<{
  /** The command's context but for the time, which comes from the application's clock. */
  origin: Omit<CommandContext, 'at'>;
  /** Revision the caller decided upon (`If-Match`); undefined for any. */
  expected: number | undefined;
  reply: FastifyReply;
}>;

/**
 * Hands a controller the request of a command.
 * @throws MalformedInput or StaleState for headers, as `idempotencyKey` and `revisionToMatch` do.
 */
export const commandRequest = createParamDecorator(
  (_: unknown, context: ExecutionContext): CommandRequest => {
    const http = context.switchToHttp();
    const { id, headers } = http.getRequest<FastifyRequest>();
    const key = idempotencyKey(single(headers['idempotency-key']));
    return {
      origin: {
        id: key ?? randomUUID(),
        actor: HTTP_ACTOR,
        correlationId: id,
        keyed: key !== undefined,
      },
      expected: revisionToMatch(headers['if-match']),
      reply: http.getResponse<FastifyReply>(),
    };
  },
);

/** Node joins a header that came twice; the type alone allows for a list. */
function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

import { randomUUID } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../../event-sourcing/command-context.js';
import { idempotencyKey, revisionToMatch } from './request-headers.js';

/** Whoever reaches the server, as long as it knows no users and listens on this machine only. */
const LOCAL_API = { id: 'local-api', role: 'unidentified' };

/** A command's envelope as its request tells it; the time comes from the application's clock. */
export type CommandOrigin = Omit<CommandContext, 'at'>;

export type CommandRequest = Readonly<{
  origin: CommandOrigin;
  /** Revision the caller decided upon (`If-Match`), undefined for any. */
  expected: number | undefined;
}>;

/** Hands a controller what a command's request says besides its body: who, under which key, upon which state. */
export const FromRequest = createParamDecorator((_: unknown, context: ExecutionContext): CommandRequest => {
  const { id, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const key = idempotencyKey(single(headers['idempotency-key']));
  return {
    origin: {
      id: key ?? randomUUID(),
      actor: LOCAL_API,
      correlationId: id,
      keyed: key !== undefined,
    },
    expected: revisionToMatch(headers['if-match']),
  };
});

/** Node joins a header that came twice; the type alone allows for a list. */
function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

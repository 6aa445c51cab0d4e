import { createParamDecorator, HttpStatus, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { entityTag, isKnown } from './request-headers.js';

/** A request to read a state that its caller may have already. */
export class ConditionalRequest {
  constructor(
    private readonly ifNoneMatch: string | undefined,
    private readonly reply: FastifyReply,
  ) {}

  /**
   * Answers a state under the entity tag of its revision, or 304 without a body where the caller has it already.
   * @throws MalformedInput for an `If-None-Match` that is not of the right form.
   */
  answer<Answer>(revision: number, state: () => Answer): Answer | undefined {
    const tag = entityTag(revision);
    void this.reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
    if (!isKnown(tag, this.ifNoneMatch)) return state();
    void this.reply.status(HttpStatus.NOT_MODIFIED);
    return undefined;
  }
}

/** Hands a controller the request of a state. */
export const conditionalRequest = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const http = context.switchToHttp();
  const { headers } = http.getRequest<FastifyRequest>();
  return new ConditionalRequest(headers['if-none-match'], http.getResponse<FastifyReply>());
});

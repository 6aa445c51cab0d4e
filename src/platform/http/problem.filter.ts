import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Unavailable, UpheldError } from '../errors.js';
import { PROBLEM_MEDIA_TYPE, problemOf } from './problem.js';

/** Seconds after which a client may repeat a request that met something unavailable. */
const RETRY_AFTER_SECONDS = 2;

/** Answers every error with its problem details, and logs the errors that are the server's fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** Answers a request with the problem details of an error. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  const isLogged = !(error instanceof UpheldError) || error.isLogged;
  if (problem.status >= 500 && isLogged) request.log.error({ err: error }, problem.title);
  if (reply.sent) return;
  if (error instanceof Unavailable && error.isTransient)
    void reply.header('retry-after', RETRY_AFTER_SECONDS);
  void reply
    .code(problem.status)
    .header('x-request-id', request.id)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    // Bytes, because the framework would add a charset to a text, which this media type does not have.
    .send(Buffer.from(JSON.stringify({ ...problem, correlationId: request.id })));
}

import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NotReady } from '../platform/health/not-ready.js';
import { Documented } from '../platform/http/route-docs.js';
import {
  LivenessSchema,
  NOT_READY_EXAMPLE,
  NotReadySchema,
  ReadinessSchema,
  type Health,
} from './health.schemas.js';
import { Readiness } from './readiness.js';

/** Liveness and readiness, for operators. Outside /v1, because that version promises nothing about them. */
@ApiTags('Operation')
@Controller('health')
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('live')
  @Documented({
    summary: 'Ask whether the process answers',
    description:
      'Checks nothing but the process itself. Use it as the liveness probe: a restart helps a process that does not answer, but not while a database is away.',
    answers: { 200: { means: 'It does.', schema: LivenessSchema } },
    problems: { 503: null },
  })
  live(@Res({ passthrough: true }) reply: FastifyReply): { live: true } {
    neverStored(reply);
    return { live: true };
  }

  @Get('ready')
  @Documented({
    summary: 'Ask whether the application can do its work',
    description:
      'Checks PostgreSQL, the log and every projection and reactor, for two seconds at most. The application is not ready while the database or the log does not answer, while an event that cannot be handled has stopped a projection, while a projection refuses its log or its tables, and when it is shutting down. It is ready while a projection is only behind, which ends by itself: answers say which position they are of. It does not matter which process projects.',
    answers: { 200: { means: 'It can.', schema: ReadinessSchema } },
    problems: {
      503: {
        means:
          'It cannot (`not-ready`); `detail` says why, and the other members show the health of each component.',
        example: new NotReady('the log: no answer within 2 s', { ready: false, ...NOT_READY_EXAMPLE }),
        schema: NotReadySchema,
      },
    },
  })
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health & { ready: true }> {
    neverStored(reply);
    return this.readiness.ask();
  }
}

/** Set before anything can fail, so that no cache stores a refusal either. */
function neverStored(reply: FastifyReply): void {
  void reply.header('cache-control', 'no-store');
}

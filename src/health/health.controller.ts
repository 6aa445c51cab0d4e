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

/** How the application is, for those who run it. Outside /v1, for it is no part of what that version promises. */
@ApiTags('Operation')
@Controller('health')
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('live')
  @Documented({
    summary: 'Ask whether the process answers',
    description:
      'Touches nothing else, so that a restart, which is all that helps a process that does not answer, is not asked for while a database is away.',
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
      'Looks at PostgreSQL, at the log and at every projection, for two seconds at most. It is not ready while the database or the log does not answer, while an event that cannot be folded has stopped a projection, while a projection refuses the log it is given, and when it is shutting down. A projection that is merely behind is ready: it catches up by itself, and its answers say which position they are of; which process projects does not matter either.',
    answers: { 200: { means: 'It can.', schema: ReadinessSchema } },
    problems: {
      503: {
        means: 'It cannot (`not-ready`); `detail` says why, and the other members what each part said.',
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

/** Said before anything can fail, so that a refusal is not stored either. */
function neverStored(reply: FastifyReply): void {
  void reply.header('cache-control', 'no-store');
}

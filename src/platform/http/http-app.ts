import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { DynamicModule, NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Metrics } from '../metrics/metrics.js';
import { processRegistry } from '../metrics/process-metrics.js';
import { measureRequests } from '../metrics/request-metrics.js';
import { answerClientError } from './client-error.js';
import { serveDocs } from './docs-page.js';
import { openApiDocument } from './openapi.js';
import { InputPipe } from './input-pipe.js';
import { parseJsonBody } from './json-body.js';
import { requireLoopback, requireLoopbackAddressee } from './loopback.js';
import { refusingOtherMethods } from './method-not-allowed.js';
import { letConnectionsEnd } from './closing.js';
import { nestLogger } from './nest-logger.js';
import { KnownQueryGuard } from './known-query.guard.js';
import { answerProblem, ProblemFilter } from './problem.filter.js';

/** Largest body, in bytes: several times the largest command, whose texts are bounded. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Where the API listens, and where it logs. */
export type HttpOptions = Readonly<{
  /** A name or address of this machine only. */
  host: string;
  /** 0 for any free one. */
  port: number;
  logger: Logger;
}>;

/**
 * Opens the API of an application and its documentation, and listens. The caller closes it (`app.close()`).
 * @throws InvalidInput for a host that others can reach; the system's error for a port that is not free.
 */
export async function createHttpApp(
  module: DynamicModule,
  { host, port, logger }: HttpOptions,
): Promise<{ app: NestFastifyApplication; url: string }> {
  requireLoopback(host);
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 30_000,
    genReqId: requestId,
    clientErrorHandler: answerClientError,
    // Malformed or overlong addresses, which reach no route.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      answerProblem(adapter.mapException(error), request, reply);
    },
    // A closing server still answers, in full, the requests it has and those queued behind them.
    return503OnClosing: false,
  });
  const server = adapter.getInstance();
  const refuseOtherMethods = refusingOtherMethods(server);
  const options: Readonly<NestApplicationOptions> = {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(logger),
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, options);
  try {
    await server.register(helmet, SECURITY_HEADERS);
    server.addHook('onRequest', async (request, reply) => {
      void reply.header('x-request-id', request.id);
      requireLoopbackAddressee(request);
    });
    letConnectionsEnd(server);
    measureRequests(server, app.get(Metrics).registry);
    // Measures from here on, so that the first scrape includes the time before it.
    processRegistry();
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('application/json', { parseAs: 'buffer' }, readJson);
    app.useGlobalFilters(new ProblemFilter());
    app.useGlobalGuards(new KnownQueryGuard());
    app.useGlobalPipes(new InputPipe());
    serveDocs(server, openApiDocument(app));
    await app.init();
    refuseOtherMethods();
    await app.listen(port, host);
    return { app, url: await app.getUrl() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Returns a promise, because Fastify does not catch what a parser throws synchronously. */
function readJson(_request: unknown, body: Buffer): Promise<unknown> {
  return new Promise((resolve) => {
    resolve(parseJsonBody(body));
  });
}

/** The caller's own `X-Request-Id` if it is visible ASCII, so that its log and ours share an id; else a random one. */
function requestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,100}$/.test(given) ? given : randomUUID();
}

const SECURITY_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    // What the documentation page needs, and no more.
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  xFrameOptions: { action: 'deny' },
  // The API is plain HTTP on this machine; a browser must not remember to use HTTPS.
  strictTransportSecurity: false,
};

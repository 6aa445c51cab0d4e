import { HttpException } from '@nestjs/common';
import { z } from 'zod';
import { DomainRefusal, InvalidInput, UpheldError } from '../errors.js';
import { jsonPointer } from './input-pipe.js';
import { apiSchemas } from './api-schemas.js';

/**
 * Problem types are URNs: they are the same on every host, and promise no page. A relative address would change with the
 * host against which it is resolved (RFC 9457, section 3.1.1).
 */
const PROBLEM_TYPES = 'urn:upheld:problem:';

/** Problem details as the API answers them. */
export const ProblemSchema = z
  .strictObject({
    type: z
      .string()
      .regex(/^urn:upheld:problem:[a-z0-9-]+$/)
      .describe('A stable name of what went wrong; programs decide by it.'),
    title: z.string().describe('The same in words, always equal for one type.'),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What went wrong this time.'),
    correlationId: z.string().describe('The id of the request in the log; also in the X-Request-Id header.'),
    errors: z
      .array(
        z.union([
          z.strictObject({
            pointer: z.string().describe('A field of the body: JSON pointer as a fragment, # for the whole.'),
            detail: z.string(),
          }),
          z.strictObject({
            parameter: z.string().describe('A parameter of the path or query, or a header.'),
            detail: z.string(),
          }),
        ]),
      )
      .optional()
      .describe('One entry for each invalid field.'),
  })
  .meta({ description: 'A problem (RFC 9457).' })
  .register(apiSchemas, { id: 'Problem' });

/** Media type of every answer with status 400 or more. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

type Problem = Omit<z.infer<typeof ProblemSchema>, 'correlationId'>;

/** Codes of the statuses with which Nest and Fastify refuse requests, and our wording where theirs is less plain. */
const FRAMEWORK_PROBLEMS: ReadonlyMap<number, Readonly<{ code: string; detail?: string }>> = new Map([
  [400, { code: 'bad-request' }],
  [401, { code: 'unauthorized' }],
  [403, { code: 'forbidden' }],
  [404, { code: 'not-found', detail: 'there is nothing at this address' }],
  [405, { code: 'method-not-allowed' }],
  [408, { code: 'request-timeout' }],
  [413, { code: 'payload-too-large', detail: 'the body is too large' }],
  [414, { code: 'uri-too-long', detail: 'the address is too long' }],
  [415, { code: 'unsupported-media-type', detail: 'the body must be sent as application/json' }],
  [421, { code: 'misdirected-request' }],
  [429, { code: 'too-many-requests' }],
  [431, { code: 'request-header-fields-too-large' }],
]);

/** An error as its problem details. An error that is not meant for the caller becomes a 500 without its message. */
export function problemOf(error: unknown): Problem {
  if (error instanceof UpheldError) {
    return {
      ...problem(error.code, statusOf(error), error.message),
      ...errorsOf(error),
      ...error.members,
    };
  }
  if (error instanceof HttpException && error.getStatus() < 500) {
    const status = error.getStatus();
    const { code, detail } = FRAMEWORK_PROBLEMS.get(status) ?? { code: 'bad-request' };
    return problem(code, status, detail ?? error.message);
  }
  return problem(
    'internal-error',
    500,
    'something unexpected happened; the log has it under the correlation id',
  );
}

function problem(code: string, status: number, detail: string): Problem {
  const words = code.replaceAll('-', ' ');
  return {
    type: PROBLEM_TYPES + code,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status,
    detail,
  };
}

/** The one place that maps the family of errors to HTTP. */
function statusOf(error: UpheldError): number {
  if (error instanceof InvalidInput && error.isMalformed) return 400;
  switch (error.kind) {
    case 'invalid':
      return 422;
    case 'not-found':
      return 404;
    case 'refused':
    case 'conflict':
      return 409;
    case 'stale':
      return 412;
    case 'unavailable':
      return 503;
    default:
      return error.kind satisfies never;
  }
}

function errorsOf(error: UpheldError): Pick<Problem, 'errors'> {
  if (error instanceof DomainRefusal && error.field !== undefined) {
    return { errors: [{ pointer: fragment(jsonPointer([error.field])), detail: error.message }] };
  }
  if (!(error instanceof InvalidInput) || error.faults.length === 0) return {};
  return {
    errors: error.faults.map(({ pointer, detail }) =>
      pointer === '' || pointer.startsWith('/')
        ? { pointer: fragment(pointer), detail }
        : { parameter: pointer, detail },
    ),
  };
}

/** A JSON pointer as a URI fragment (RFC 6901, section 6). A sender's names may hold any character. */
function fragment(pointer: string): string {
  return `#${pointer.toWellFormed().split('/').map(encodeURIComponent).join('/')}`;
}

import { applyDecorators, PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import {
  InvalidInput,
  MalformedInput,
  NotFound,
  StaleState,
  Unavailable,
  type UpheldError,
} from '../errors.js';
import { referenceTo } from './api-schemas.js';
import { PROBLEM_MEDIA_TYPE, problemOf, ProblemSchema } from './problem.js';

type Answer = Readonly<{
  means: string;
  schema?: z.ZodType;
  /** The media type, unless it is JSON. */
  mediaType?: string;
  headers?: readonly (keyof typeof ANSWER_HEADERS)[];
}>;

/** The documentation of a route. The OpenAPI document takes its parameters and body from the route's declarations. */
export type RouteDocs = Readonly<{
  summary: string;
  description: string;
  /** Request headers it reads. */
  takes?: readonly (keyof typeof REQUEST_HEADERS)[];
  answers: Readonly<Record<number, Answer>>;
  /**
   * What each problem's status means on this route, with an error that leads to it if the usual one does not. Null
   * for a status that every other route has and this one does not.
   */
  problems: Readonly<Record<number, string | ProblemDocs | null>>;
}>;

type ProblemDocs = Readonly<{
  means: string;
  example: UpheldError;
  /** The schema, if the problem has extension members. */
  schema?: z.ZodType;
}>;

const REQUEST_HEADERS = {
  'Idempotency-Key': {
    description:
      'Names this command: a repeat under the same key gets the first answer again, whatever happened since.',
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      examples: ['6f1e4a52-8a67-4a3b-9d0e-2f5c1b7a9e44'],
    },
  },
  'If-Match': {
    description: 'The entity tag of the state decided upon; the command is refused upon any other.',
    schema: { type: 'string', examples: ['"3"'] },
  },
  'If-None-Match': {
    description: 'The entity tag of a state the caller has already.',
    schema: { type: 'string', examples: ['"3"'] },
  },
};

const ANSWER_HEADERS = {
  ETag: {
    description: "The complaint's revision, quoted: what If-Match and If-None-Match take.",
    schema: { type: 'string', examples: ['"3"'] },
  },
  Location: {
    description: 'The address of what was created.',
    schema: { type: 'string', format: 'uri-reference' },
  },
};

const PROBLEMS_EVERYWHERE: RouteDocs['problems'] = {
  422: 'The path or the query is not of the right form; `errors` has an entry for each fault.',
  500: 'A defect of the service. Its log has the details under the correlation id.',
  503: 'The store does not answer at present, and the same request may be sent again; or, without `Retry-After`, it holds what this release cannot read.',
};

const USUAL_ERRORS: Readonly<Record<number, Error>> = {
  400: new MalformedInput('malformed-body', 'the body is not JSON: Unexpected end of JSON input'),
  404: new NotFound('complaint-not-found', 'there is no complaint 19007429'),
  412: new StaleState('the state is at revision 4, not at 3'),
  413: new PayloadTooLargeException(),
  415: new UnsupportedMediaTypeException(),
  422: new InvalidInput('the address is not as it should be', [
    { pointer: 'year', detail: 'must be a reporting year such as 2019-20' },
  ]),
  500: new Error('not shown'),
  503: new Unavailable('store-unavailable', 'the store does not answer'),
};

/** Documents a route: its purpose, its answers, and its problems. The code that answers real problems makes the examples. */
export function Documented({
  summary,
  description,
  takes = [],
  answers,
  problems,
}: RouteDocs): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary, description }),
    ...takes.map((name) => ApiHeader({ name, required: false, ...REQUEST_HEADERS[name] })),
    ...Object.entries(answers).map(([status, { means, schema, mediaType, headers = [] }]) =>
      ApiResponse({
        status: Number(status),
        description: means,
        headers: Object.fromEntries(headers.map((name) => [name, ANSWER_HEADERS[name]])),
        ...(schema && mediaType === undefined && { standardSchema: schema }),
        ...(schema &&
          mediaType !== undefined && { content: { [mediaType]: { schema: referenceTo(schema) } } }),
      }),
    ),
    ...Object.entries({ ...PROBLEMS_EVERYWHERE, ...problems }).flatMap(([status, problem]) =>
      problem === null ? [] : [documentedProblem(Number(status), problem)],
    ),
  );
}

function documentedProblem(status: number, problem: string | ProblemDocs): MethodDecorator {
  const { means, example, schema } =
    typeof problem === 'string'
      ? { means: problem, example: USUAL_ERRORS[status], schema: ProblemSchema }
      : { schema: ProblemSchema, ...problem };
  return ApiResponse({ status, description: means, content: problemContent(example, schema) });
}

function problemContent(error: unknown, schema: z.ZodType) {
  const example = { ...problemOf(error), correlationId: '6f1e4a52-8a67-4a3b-9d0e-2f5c1b7a9e44' };
  return { [PROBLEM_MEDIA_TYPE]: { schema: referenceTo(schema), example } };
}

import { Body, Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { commandRequest, type CommandRequest } from '../identity/command-request.js';
import { InvalidInput } from '../platform/errors.js';
import { conditionalRequest, type ConditionalRequest } from '../platform/http/conditional-request.js';
import { route, type RouteDecorator } from '../platform/http/route.js';
import type { RouteDocs } from '../platform/http/route-docs.js';
import { exampleRefusal, type Rules } from '../platform/refusals.js';
import type { ComplaintCommand } from './complaint.command.js';
import { complaintRefusals, type RefusalCode } from './complaint.refusals.js';
import { PATH_PARAMETERS, type PathParameter } from './path-parameters.js';

/** The parameters of a path, in their order: `['reference']` of `:reference/decisions`. */
type ParametersOf<Path extends string> = Path extends `${infer First}/${infer Rest}`
  ? [...ParametersOf<First>, ...ParametersOf<Rest>]
  : Path extends `:${infer Name extends PathParameter}`
    ? [Name]
    : [];

/** Their values. */
type ValuesOf<Names extends readonly PathParameter[]> = {
  [Index in keyof Names]: z.output<(typeof PATH_PARAMETERS)[Names[Index]]['schema']>;
};

/** A route that runs one command. */
export type CommandRouteOptions<
  Path extends string,
  Bodied extends z.ZodType,
  Type extends ComplaintCommand['type'],
> = Readonly<{
  /** Below `v1/complaints`, such as `:reference/decisions`. */
  path: Path;
  body: Bodied;
  /** The command it makes, by whose rules it may be refused. */
  command: Type;
  summary: string;
  description: string;
  /** What 201 means. */
  done: string;
  /** What 200 means, where the command may change nothing. */
  unchanged?: string;
  /** The schema of its answer. */
  answer: z.ZodType;
  /** The refusal to show in full. */
  exampleRefusal: RefusalCode<Type>;
  /** Refusals that a request to this route never meets. */
  neverRefusedWith?: readonly RefusalCode<Type>[];
}>;

/**
 * A route that runs one command on a complaint. Its method takes the parameters of the path in their order, the body,
 * and the request. Documentation of headers, answers and problems follows from the path and the command.
 */
export function CommandRoute<
  const Path extends string,
  Bodied extends z.ZodType,
  Type extends ComplaintCommand['type'],
>(
  options: CommandRouteOptions<Path, Bodied, Type>,
): RouteDecorator<[...ValuesOf<ParametersOf<Path>>, z.output<Bodied>, CommandRequest]> {
  const { path, body, summary, description, done, unchanged, answer } = options;
  const names = parametersOf(path);
  const changed = { schema: answer, headers: ['ETag', 'Location'] as const };
  return route({
    address: Post(path),
    parameters: [...names.map(pathParameter), Body({ schema: body }), commandRequest()],
    docs: {
      summary,
      description,
      takes: names.length === 0 ? ['Idempotency-Key'] : ['Idempotency-Key', 'If-Match'],
      answers: {
        201: { means: done, ...changed },
        ...(unchanged === undefined ? NO_ANSWERS : { 200: { means: unchanged, ...changed } }),
      },
      problems: {
        ...BODY_PROBLEMS,
        ...(names.length === 0 ? {} : STALE),
        ...notFoundOf(names),
        ...refusalsOf(options),
      },
    },
  });
}

/** A route that reads a state of a complaint. */
export type ReadRouteOptions<Path extends string> = Readonly<{
  /** Below `v1/complaints`, such as `:reference/history`. */
  path: Path;
  summary: string;
  description: string;
  /** What 200 means. */
  found: string;
  /** The schema of its answer. */
  answer: z.ZodType;
}>;

/**
 * A route that reads a state of a complaint under its entity tag. Its method takes the parameters of the path in
 * their order, and the request.
 */
export function ReadRoute<const Path extends string>({
  path,
  summary,
  description,
  found,
  answer,
}: ReadRouteOptions<Path>): RouteDecorator<[...ValuesOf<ParametersOf<Path>>, ConditionalRequest]> {
  const names = parametersOf(path);
  return route({
    address: Get(path),
    parameters: [...names.map(pathParameter), conditionalRequest()],
    docs: {
      summary,
      description,
      takes: ['If-None-Match'],
      answers: {
        200: { means: found, schema: answer, headers: ['ETag'] },
        304: { means: 'The caller has this state already (`If-None-Match`).', headers: ['ETag'] },
      },
      problems: notFoundOf(names),
    },
  });
}

function parametersOf(path: string): PathParameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    if (!(name in PATH_PARAMETERS)) throw new Error(`no path parameter is called ${name}`);
    return name as PathParameter;
  });
}

function pathParameter(name: PathParameter): ParameterDecorator {
  return Param(name, { schema: PATH_PARAMETERS[name].schema });
}

const NO_ANSWERS: RouteDocs['answers'] = {};

const BODY_PROBLEMS: RouteDocs['problems'] = {
  400: 'The body is not JSON, or a header is not of the right form; nothing was stored.',
  413: 'The body is too large.',
  415: 'The body is not `application/json`.',
  422: {
    means:
      'A field or a part of the path is not of the right form, or is not known; `errors` has an entry for each. Or the `Idempotency-Key` was used with another content (`idempotency-key-reused`).',
    example: new InvalidInput('the body is not as it should be', [
      { pointer: '/receivedOn', detail: 'must be a calendar date, YYYY-MM-DD' },
    ]),
  },
};
const STALE: RouteDocs['problems'] = {
  412: '`If-Match` names a revision that is no longer the present one (`stale-state`).',
};

function notFoundOf(names: readonly PathParameter[]): RouteDocs['problems'] {
  const named = names.map((name) => PATH_PARAMETERS[name]);
  const example = named.at(-1)?.notFound;
  if (example === undefined) return {};
  const codes = named.map(({ notFound }) => `\`${notFound.code}\``).join(', ');
  const means = `There is no such ${named.map(({ names }) => names).join(' or ')} (${codes}).`;
  return { 404: { means, example } };
}

function refusalsOf<Type extends ComplaintCommand['type']>({
  command,
  exampleRefusal: example,
  neverRefusedWith = [],
}: Pick<
  CommandRouteOptions<string, z.ZodType, Type>,
  'command' | 'exampleRefusal' | 'neverRefusedWith'
>): RouteDocs['problems'] {
  const rules: Rules = complaintRefusals[command];
  const never = new Set<string>(neverRefusedWith);
  const lines = Object.entries(rules)
    .filter(([code]) => !never.has(code))
    .map(([code, { means }]) => `- \`${code}\`: ${means}`);
  return {
    409: {
      means: ['A rule forbids it, and nothing was stored:', '', ...lines].join('\n'),
      example: exampleRefusal(rules, example),
    },
  };
}

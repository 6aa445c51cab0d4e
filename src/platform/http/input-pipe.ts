import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { InvalidInput } from '../errors.js';

/** Most faults reported of one input; a body of nothing but unknown names has tens of thousands. */
const MAX_FAULTS = 50;

/**
 * Validates what a controller declares with `{ schema }`: body, path and query. It passes on the output of the
 * schema. Nest's own pipe does not do: its errors do not distinguish a body from a parameter, and it removes fields
 * named `constructor` or `__proto__` rather than refusing them.
 */
export class InputPipe implements PipeTransform {
  /** @throws InvalidInput with one fault for each field, JSON pointers for a body, the name for a parameter. */
  transform(value: unknown, { schema, type, data }: ArgumentMetadata): unknown {
    if (!(schema instanceof z.ZodType)) return value;
    const result = schema.safeParse(value, { error: messageOf });
    if (result.success) return result.data;
    const inBody = type === 'body';
    const faults = result.error.issues.flatMap((issue) => faultsOf(issue, value)).slice(0, MAX_FAULTS);
    throw new InvalidInput(
      inBody ? 'the body is not as it should be' : 'the address is not as it should be',
      faults.map(({ path, detail }) => ({
        pointer: inBody ? jsonPointer(path) : (data ?? path.join('.')),
        detail,
      })),
    );
  }
}

/** Our wording for issues to which the schemas give no message. */
function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return `must be ${ARTICLES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return undefined;
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a string',
  object: 'an object',
  boolean: 'true or false',
};

type Fault = Readonly<{ path: readonly PropertyKey[]; detail: string }>;

function faultsOf(issue: z.core.$ZodIssue, input: unknown): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], detail: 'is not known here' }));
  }
  const missing = valueAt(input, issue.path) === undefined;
  return [{ path: issue.path, detail: missing ? 'is required' : issue.message }];
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}

/** A path as a JSON pointer (RFC 6901): `/finding/remedy`; empty for the whole. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';

/** Parses an argument or option with a schema; an invalid value is a usage error (exit 2). */
export function parseArgument<Schema extends z.ZodType>(schema: Schema) {
  return (text: string): z.output<Schema> => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(parsed.error.issues.map((issue) => issue.message).join('; '));
  };
}

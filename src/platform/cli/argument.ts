import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';

/** Reads an argument or option by its schema; what does not fit is a usage error (exit 2). */
export function parseArgument<Schema extends z.ZodType>(schema: Schema) {
  return (text: string): z.output<Schema> => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(parsed.error.issues.map((issue) => issue.message).join('; '));
  };
}

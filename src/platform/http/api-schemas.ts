import { z } from 'zod';

/** The named schemas of the API. The OpenAPI document has each in its `components`. */
export const apiSchemas = z.registry<{ id: string }>();

/** The address of a named schema in the OpenAPI document. */
export function schemaAddress(id: string): string {
  return `#/components/schemas/${id}`;
}

/** A reference to a named schema. @throws Error for one without a name. */
export function referenceTo(schema: z.ZodType): { $ref: string } {
  const id = apiSchemas.get(schema)?.id;
  if (id === undefined) throw new Error('a schema of the API has no name: register it in apiSchemas');
  return { $ref: schemaAddress(id) };
}

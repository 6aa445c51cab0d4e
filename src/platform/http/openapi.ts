import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { apiSchemas, referenceTo, schemaAddress } from './api-schemas.js';

const ABOUT = `Complaints, decisions, recommendations and compliance checks of an ombudsman for councils, and the
yearly statistics that follow from them.

**Dates** are calendar dates in the United Kingdom; instants are UTC. A reporting year runs from 1 April to
31 March. **Rates** are whole per cents, half up, and stand beside their counts.

**Commands** answer with the complaint's \`revision\`, which is also its entity tag, and with the \`position\` of
their last event in the log. Send an \`Idempotency-Key\` to be able to repeat a call whose answer was lost, and
\`If-Match\` to write only upon the state you have read.

**Errors** are problem details (RFC 9457). Programs decide by \`type\`; \`errors\` points at each invalid field.`;

const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Upheld API',
    description: ABOUT,
    version: '1',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  tags: [
    { name: 'Complaints', description: 'One case from its receipt to the compliance of the council.' },
    { name: 'Statistics', description: 'The three rates of a reporting year, with what they rest on.' },
    { name: 'Operation', description: 'Health and metrics, for operators.' },
  ],
};

/** The OpenAPI 3.1 document of an application's routes. Each schema in it is derived from one that validates. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, DOCUMENT, {
    standardSchemaConverter: (schema) =>
      schema instanceof z.ZodType ? { schema: referenceTo(schema) } : undefined,
    operationIdFactory: (_controller, method) => method,
  });
  // Nest's builder supports the schemas of OpenAPI 3.0 only; these are JSON Schema, as 3.1 requires.
  const schemas = componentSchemas();
  describeParameters(document, schemas);
  return { ...document, components: { schemas } } as OpenAPIObject;
}

function componentSchemas(): Record<string, z.core.JSONSchema.BaseSchema> {
  const { schemas } = z.toJSONSchema(apiSchemas, {
    target: 'draft-2020-12',
    io: 'input',
    uri: schemaAddress,
    override: ({ jsonSchema }) => {
      // The format says enough; the pattern that matches every valid day would fill the page.
      if (jsonSchema.format === 'date' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema['example'] !== undefined) jsonSchema.examples = [jsonSchema['example']];
      delete jsonSchema['example'];
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [id, { ...schema, $id: undefined, $schema: undefined }]),
  );
}

/** Copies each parameter's description from its schema to the parameter, where browsers of the document look for it. */
function describeParameters({ paths }: OpenAPIObject, schemas: ReturnType<typeof componentSchemas>): void {
  const described = new Map(
    Object.entries(schemas).map(([id, { description }]) => [schemaAddress(id), description]),
  );
  for (const parameter of Object.values(paths).flatMap(({ get, post }) =>
    [get, post].flatMap((on) => on?.parameters ?? []),
  )) {
    if (!('schema' in parameter) || parameter.schema === undefined || !('$ref' in parameter.schema)) continue;
    parameter.description = described.get(parameter.schema.$ref);
  }
}

import { resolve } from 'node:path';
import { z } from 'zod';
import { InvalidInput } from './errors.js';

const NODE = String.raw`[\w.-]+(?::\d{1,5})?`;

/**
 * The address of one EventStoreDB node, or of several of a cluster separated by commas, which no URL allows. User and
 * password come first, options last. The client would silently misread a colon, @ or question mark in either that is not percent-encoded.
 */
const EVENTSTORE_ADDRESS = new RegExp(
  String.raw`^esdb(?:\+discover)?://(?:[^\s:@?]+:[^\s:@?]+@)?${NODE}(?:,${NODE})*/?(?:\?[^\s?@]+)?$`,
);

const EnvironmentSchema = z.object({
  UPHELD_DATA: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// or postgresql:// URL' })
    .optional(),
  // The driver reads it itself where DATABASE_URL has no password, so it may hold any characters.
  PGPASSWORD: z.string().optional(),
  EVENTSTORE_URL: z
    .string()
    .regex(EVENTSTORE_ADDRESS, {
      error:
        'must be an esdb:// or esdb+discover:// address of one or more nodes, user and password percent-encoded',
    })
    .optional(),
  UPHELD_STREAM_PREFIX: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9._-]{0,39}$/, {
      error: 'must be 1 to 40 letters, digits, dots, dashes or underscores, a letter first',
    })
    .default('upheld.'),
  UPHELD_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  UPHELD_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('warn'),
});

/** The environment variables that this program, or a driver that it uses, reads. */
export const ENVIRONMENT: readonly string[] = Object.keys(EnvironmentSchema.shape);

/** What the environment configures; README "Operator" lists the variables. */
export type Configuration = Readonly<{
  /** Folder of the embedded PostgreSQL; used only without `databaseUrl`. */
  dataFolder: string;
  /** A PostgreSQL to use instead of the embedded one. */
  databaseUrl: string | undefined;
  /** An EventStoreDB to hold the log instead of PostgreSQL; read models stay in PostgreSQL. */
  eventStoreUrl?: string | undefined;
  /** The prefix of every stream name of this log in EventStoreDB. */
  streamPrefix?: string | undefined;
  /** The API's port on 127.0.0.1; 0 for any free one. */
  port: number;
  logLevel: z.infer<typeof EnvironmentSchema>['UPHELD_LOG_LEVEL'];
}>;

/**
 * Reads the configuration; an empty variable counts as not set.
 * @throws InvalidInput `invalid-configuration`, with every invalid variable.
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = EnvironmentSchema.safeParse(set);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      pointer: String(issue.path[0]),
      detail: issue.message,
    }));
    const details = faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ');
    throw new InvalidInput(`the configuration is not valid: ${details}`, faults, 'invalid-configuration');
  }
  const { UPHELD_DATA, DATABASE_URL, EVENTSTORE_URL, UPHELD_STREAM_PREFIX, UPHELD_PORT, UPHELD_LOG_LEVEL } =
    parsed.data;
  return {
    dataFolder: resolve(UPHELD_DATA),
    databaseUrl: DATABASE_URL,
    eventStoreUrl: EVENTSTORE_URL,
    streamPrefix: UPHELD_STREAM_PREFIX,
    port: UPHELD_PORT,
    logLevel: UPHELD_LOG_LEVEL,
  };
}

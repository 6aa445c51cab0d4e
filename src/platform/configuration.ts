import { resolve } from 'node:path';
import { z } from 'zod';
import { InvalidInput } from './errors.js';

const NODE = String.raw`[\w.-]+(?::\d{1,5})?`;

/**
 * A node of EventStoreDB or several of a cluster, divided by commas, which no URL has; user and password before
 * them, options behind. A bare colon, @ or question mark in either would end it without a word.
 */
const EVENTSTORE = new RegExp(
  String.raw`^esdb(?:\+discover)?://(?:[^\s:@?]+:[^\s:@?]+@)?${NODE}(?:,${NODE})*/?(?:\?[^\s?@]+)?$`,
);

const EnvironmentSchema = z.object({
  UPHELD_DATA: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// or postgresql:// URL' })
    .optional(),
  // Taken by the driver itself where DATABASE_URL has no password: so it may hold any characters.
  PGPASSWORD: z.string().optional(),
  EVENTSTORE_URL: z
    .string()
    .regex(EVENTSTORE, {
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

/** The variables that this program, or a driver for it, takes from the environment. */
export const ENVIRONMENT: readonly string[] = Object.keys(EnvironmentSchema.shape);

/** What the environment can set; README "Operator" lists it. */
export type Configuration = Readonly<{
  /** Folder of the embedded PostgreSQL; used only without `databaseUrl`. */
  dataFolder: string;
  /** Another PostgreSQL instead of the embedded one. */
  databaseUrl: string | undefined;
  /** An EventStoreDB that holds the log, instead of PostgreSQL; read models stay in PostgreSQL. */
  eventStoreUrl?: string | undefined;
  /** What every stream of this log begins with in EventStoreDB. */
  streamPrefix?: string | undefined;
  /** Port of the API on 127.0.0.1; 0 takes any free one. */
  port: number;
  logLevel: z.infer<typeof EnvironmentSchema>['UPHELD_LOG_LEVEL'];
}>;

/**
 * Reads the configuration once, at the start; an empty variable counts as not set.
 * @throws InvalidInput naming every variable at fault.
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = EnvironmentSchema.safeParse(set);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      pointer: String(issue.path[0]),
      detail: issue.message,
    }));
    const told = faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ');
    throw new InvalidInput(`the configuration is not valid: ${told}`, faults, 'invalid-configuration');
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

import { resolve } from 'node:path';
import { z } from 'zod';
import { InvalidInput } from './refusal.js';

const EnvironmentSchema = z.object({
  UPHELD_DATA: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// or postgresql:// URL' })
    .optional(),
  UPHELD_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  UPHELD_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('warn'),
});

/** What the environment can set; README "Configuration" lists it. */
export type Configuration = Readonly<{
  /** Folder of the embedded PostgreSQL; used only without `databaseUrl`. */
  dataFolder: string;
  /** Another PostgreSQL instead of the embedded one. */
  databaseUrl: string | undefined;
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
  const { UPHELD_DATA, DATABASE_URL, UPHELD_PORT, UPHELD_LOG_LEVEL } = parsed.data;
  return {
    dataFolder: resolve(UPHELD_DATA),
    databaseUrl: DATABASE_URL,
    port: UPHELD_PORT,
    logLevel: UPHELD_LOG_LEVEL,
  };
}

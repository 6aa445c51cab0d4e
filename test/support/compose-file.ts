import { parse } from 'yaml';
import { z } from 'zod';

const Texts = z.array(z.string());

const Service = z.looseObject({
  image: z.string().optional(),
  build: z.unknown().optional(),
  network_mode: z.string().optional(),
  ports: Texts.default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  volumes: Texts.default([]),
  tmpfs: Texts.default([]),
  read_only: z.boolean().default(false),
  cap_drop: Texts.default([]),
  cap_add: Texts.default([]),
  security_opt: Texts.default([]),
  healthcheck: z.object({ test: Texts }).optional(),
});

const Compose = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.unknown()).default({}),
});

export type Compose = z.infer<typeof Compose>;

/** Reads a compose file, with its anchors merged as compose does, and its variables not filled in. */
export function readCompose(text: string): Compose {
  return Compose.parse(parse(text, { merge: true }));
}

/** A variable in the syntax of compose: its name, and the default or the error where it is not set. */
const VARIABLE = /\$\{(\w+)(?::?([-?+])([^}]*))?\}/g;

/** A text with its variables filled in as compose would. @throws where one is required and not set. */
export function filledIn(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(VARIABLE, (_, name: string, kind: string | undefined, otherwise = '') => {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    if (kind === '?') throw new Error(`${name}: ${String(otherwise)}`);
    return kind === '-' ? String(otherwise) : '';
  });
}

const SECRET = /PASSWORD|SECRET|TOKEN/;
const REQUIRED = /^\$\{\w+:\?[^}]+\}$/;
const PINNED = /^[a-z0-9./-]+:\d+\.\d+[\w.-]*$/;

/**
 * The faults of a compose file: ports open to other machines, passwords in the file, images without an exact version,
 * missing health checks, variables that the application does not know, and volumes that do not match.
 * @param known variables of the application, which is the service that the file builds.
 */
export function faultsOf({ services, volumes }: Compose, known: readonly string[]): string[] {
  const all = Object.entries(services);
  const waitedFor = new Set(
    all.flatMap(([, { depends_on }]) =>
      Object.entries(depends_on)
        .filter(([, { condition }]) => condition === 'service_completed_successfully')
        .map(([name]) => name),
    ),
  );
  const mounted = all.flatMap(([, one]) => one.volumes.map((volume) => volume.split(':')[0] ?? ''));
  return [
    ...all.flatMap(([name, service]) =>
      faultsOfService(service, known, waitedFor.has(name)).map((fault) => `${name}: ${fault}`),
    ),
    ...mounted.filter((name) => !(name in volumes)).map((name) => `volume ${name} is not declared`),
    ...Object.keys(volumes)
      .filter((name) => !mounted.includes(name))
      .map((name) => `volume ${name} is not used`),
  ];
}

function faultsOfService(
  service: z.infer<typeof Service>,
  known: readonly string[],
  endsByItself: boolean,
): string[] {
  const { image, build, network_mode: network, ports, environment, healthcheck } = service;
  const faults: string[] = [];
  for (const port of ports) if (!port.startsWith('127.0.0.1:')) faults.push(`port ${port} is open to others`);
  if (network === 'host' && build === undefined) faults.push('has the network of its host');
  for (const [name, value] of Object.entries(environment)) {
    if (SECRET.test(name) && !REQUIRED.test(String(value))) faults.push(`${name} is written in the file`);
    const passwords = [...String(value).matchAll(/:\/\/[^/@\s]*?:((?:\$\{[^}]*\}|[^@$])*)@/g)];
    for (const [, password = ''] of passwords) {
      if (!REQUIRED.test(password)) faults.push(`a password is written in ${name}`);
    }
    if (build !== undefined && !known.includes(name)) faults.push(`the application does not know ${name}`);
  }
  if (environment['EVENTSTORE_CLUSTER_SIZE'] !== undefined && environment['EVENTSTORE_INSECURE'] !== 'true') {
    for (const name of ['EVENTSTORE_DEFAULT_ADMIN_PASSWORD', 'EVENTSTORE_DEFAULT_OPS_PASSWORD']) {
      if (!(name in environment)) faults.push(`${name} is the default of the manual`);
    }
  }
  if (image === undefined || !PINNED.test(image)) faults.push(`image ${image ?? ''} has no exact version`);
  if (healthcheck === undefined && !endsByItself) faults.push('has no health check');
  return faults;
}

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ENVIRONMENT, readConfiguration } from '../../src/platform/configuration.js';
import { faultsOf, filledIn, readCompose } from '../support/compose-file.js';

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')));

const PASSWORDS = {
  UPHELD_POSTGRES_PASSWORD: 'a1',
  UPHELD_EVENTSTORE_PASSWORD: 'b2',
  UPHELD_EVENTSTORE_OPS_PASSWORD: 'c3',
};

describe.each([
  ['docker-compose.yml', 'esdb://127.0.0.1:2113?tls=false'],
  [
    'docker-compose.cluster.yml',
    'esdb://admin:b2@127.0.0.1:2111,127.0.0.1:2112,127.0.0.1:2113?tls=true&tlsCaFile=/etc/upheld/trusted/ca.crt',
  ],
])('%s', (name, log) => {
  const text = read(name);
  const compose = readCompose(text);
  const application = compose.services['upheld'];

  it('is reachable from this machine only, contains no password, and pins its images', () => {
    expect(faultsOf(compose, ENVIRONMENT)).toEqual([]);
  });

  it('gives this version of the application a configuration that it accepts', () => {
    const environment = Object.entries(application?.environment ?? {}).map(([variable, value]) => [
      variable,
      filledIn(String(value), PASSWORDS),
    ]);
    expect(readConfiguration(Object.fromEntries(environment) as NodeJS.ProcessEnv)).toMatchObject({
      databaseUrl: 'postgres://upheld@127.0.0.1:5432/upheld',
      eventStoreUrl: log,
      port: 3000,
      streamPrefix: 'upheld.',
    });
    expect(Object.fromEntries(environment)).toMatchObject({ PGPASSWORD: 'a1' });
    expect(application?.image).toBe(`upheld:${version}`);
  });

  it('passes on every setting that the documentation lists for the application', () => {
    const given = {
      ...PASSWORDS,
      UPHELD_PORT: '3100',
      UPHELD_LOG_LEVEL: 'info',
      UPHELD_STREAM_PREFIX: 'council.',
    };
    const { services } = readCompose(filledIn(text, given));
    const environment = Object.entries(services['upheld']?.environment ?? {});
    expect(
      readConfiguration(Object.fromEntries(environment.map(([name, value]) => [name, String(value)]))),
    ).toMatchObject({ port: 3100, logLevel: 'info', streamPrefix: 'council.' });
  });

  it.each(Object.keys(PASSWORDS).filter((password) => text.includes(password)))(
    'refuses to start without %s',
    (password) => {
      expect(() => filledIn(text, { ...PASSWORDS, [password]: '' })).toThrow(password);
    },
  );

  it('accepts other ports, the same for servers and clients', () => {
    const ports = {
      UPHELD_POSTGRES_PORT: '40001',
      UPHELD_EVENTSTORE_PORT: '40002',
      UPHELD_EVENTSTORE_PORT_1: '40003',
    };
    const { services } = readCompose(filledIn(text, { ...PASSWORDS, ...ports }));
    const published = Object.values(services).flatMap((service) =>
      service.ports.map((port) => port.split(':')[1]),
    );
    const { DATABASE_URL = '', EVENTSTORE_URL = '' } = services['upheld']?.environment ?? {};
    for (const [, called] of `${DATABASE_URL} ${EVENTSTORE_URL}`.matchAll(/127\.0\.0\.1:(\d+)/g)) {
      expect(published).toContain(called);
    }
    expect(published).toContain('40001');
    expect(published.some((port) => port === '40002' || port === '40003')).toBe(true);
  });

  it('gives the application the least privileges, and starts it after the services that it needs', () => {
    expect(application).toMatchObject({
      network_mode: 'host',
      read_only: true,
      cap_drop: ['ALL'],
      cap_add: [],
      security_opt: ['no-new-privileges:true'],
      healthcheck: { test: ['CMD', 'node', 'bin/health-check.js', 'ready'] },
    });
    expect(application).not.toHaveProperty('user');
    const conditions = Object.values(application?.depends_on ?? {}).map(({ condition }) => condition);
    expect(new Set(conditions)).toEqual(new Set(['service_healthy']));
    expect(Object.keys(application?.depends_on ?? {})).toContain('postgres');
  });
});

describe('the faults found in a compose file', () => {
  const SOUND = `
    name: sound
    services:
      app: { image: "app:1.0", build: ., environment: { UPHELD_PORT: 3000 }, healthcheck: { test: [CMD, "true"] } }
      base: { image: "base:2.1", ports: ["127.0.0.1:5432:5432"], healthcheck: { test: [CMD, "true"] } }`;
  const faults = (change: (text: string) => string) => faultsOf(readCompose(change(SOUND)), ENVIRONMENT);

  it.each([
    ['nothing', (text: string) => text, []],
    [
      'a port of every address',
      (text: string) => text.replace('127.0.0.1:5432:', '5432:'),
      ['base: port 5432:5432 is open to others'],
    ],
    [
      'a port of another address',
      (text: string) => text.replace('127.0.0.1:5432:', '0.0.0.0:5432:'),
      ['base: port 0.0.0.0:5432:5432 is open to others'],
    ],
    [
      'a password that has a default',
      (text: string) =>
        text.replace('base:2.1",', 'base:2.1", environment: { DB_PASSWORD: "${P:-changeit}" },'),
      ['base: DB_PASSWORD is written in the file'],
    ],
    [
      'a password in an address',
      (text: string) => text.replace('UPHELD_PORT: 3000', 'DATABASE_URL: "postgres://a:b@127.0.0.1/c"'),
      ['app: a password is written in DATABASE_URL'],
    ],
    [
      'a password in an address that has a default',
      (text: string) => text.replace('UPHELD_PORT: 3000', 'DATABASE_URL: "postgres://a:${P:-b}@127.0.0.1/c"'),
      ['app: a password is written in DATABASE_URL'],
    ],
    [
      'nodes with the password of the manual',
      (text: string) => text.replace('base:2.1",', 'base:2.1", environment: { EVENTSTORE_CLUSTER_SIZE: 3 },'),
      [
        'base: EVENTSTORE_DEFAULT_ADMIN_PASSWORD is the default of the manual',
        'base: EVENTSTORE_DEFAULT_OPS_PASSWORD is the default of the manual',
      ],
    ],
    [
      'an image without a tag',
      (text: string) => text.replace('base:2.1', 'base'),
      ['base: image base has no exact version'],
    ],
    [
      'an image with a tag that moves',
      (text: string) => text.replace('base:2.1', 'base:latest'),
      ['base: image base:latest has no exact version'],
    ],
    [
      'no health check',
      (text: string) => text.replace(', healthcheck: { test: [CMD, "true"] } }', ' }'),
      ['app: has no health check'],
    ],
    [
      'a variable that the application does not read',
      (text: string) => text.replace('UPHELD_PORT', 'UPHELD_PROT'),
      ['app: the application does not know UPHELD_PROT'],
    ],
    [
      'another service with the network of its host',
      (text: string) => text.replace('base:2.1",', 'base:2.1", network_mode: host,'),
      ['base: has the network of its host'],
    ],
    [
      'a volume that is not declared',
      (text: string) => text.replace('base:2.1",', 'base:2.1", volumes: ["data:/data"],'),
      ['volume data is not declared'],
    ],
  ])('%s', (_, change, found) => {
    expect(faults(change)).toEqual(found);
  });
});

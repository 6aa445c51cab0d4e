import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { instructionsOf, isIgnored } from '../support/docker-context.js';

const pathOf = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const read = (name: string) => readFileSync(pathOf(name), 'utf8');

const { engines } = z
  .object({ engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(read('package.json')));

describe('the Dockerfile', () => {
  const instructions = instructionsOf(read('Dockerfile'));
  const dockerignore = read('.dockerignore');
  const values = (name: string) => instructions.filter((one) => one.name === name).map(({ value }) => value);
  const copied = values('COPY')
    .filter((value) => !value.startsWith('--from'))
    .flatMap((value) => value.split(' ').slice(0, -1));

  it('copies only files that exist and that .dockerignore does not exclude', () => {
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => !existsSync(pathOf(path)))).toEqual([]);
    expect(copied.filter((path) => isIgnored(path, dockerignore))).toEqual([]);
  });

  it.each([
    'node_modules/zod/package.json',
    'dist/main.js',
    'data/postgres/password',
    '.git/config',
    '.env',
    'test/support/database.ts',
    'src/platform/configuration.spec.ts',
    'docker-compose.yml',
  ])('is not given %s', (path) => {
    expect(isIgnored(path, dockerignore)).toBe(true);
  });

  it.each(['src/letters/rendering/letter.typ', 'src/authorities/register.csv', 'bin/upheld.js', '.npmrc'])(
    'is given %s',
    (path) => {
      expect(isIgnored(path, dockerignore)).toBe(false);
    },
  );

  it('begins every stage with the same exact version of Node, one that the package supports', () => {
    const [image = '', ...others] = values('FROM').map((value) => value.split(' ')[0] ?? '');
    const [, major, minor] = /^node:(\d+)\.(\d+)\.\d+-bookworm-slim$/.exec(image) ?? [];
    expect(new Set(others)).toEqual(new Set([image]));
    expect(engines.node).toBe('>=20.19');
    expect(Number(major) === 20 && Number(minor) >= 19).toBe(true);
  });

  it('runs no script of a dependency, and installs the versions of the lock file', () => {
    const installs = values('RUN').filter((value) => value.includes('npm') && !value.startsWith('npm run'));
    expect(installs).toHaveLength(2);
    for (const install of installs) expect(install).toMatch(/^npm ci .*--ignore-scripts/);
  });

  it('runs as a user other than root, receives SIGTERM, and has a health check', () => {
    const last = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
    const order = last.map(({ name }) => name);
    expect(last.findLast(({ name }) => name === 'USER')?.value).toBe('node');
    expect(order.lastIndexOf('USER')).toBeGreaterThan(order.lastIndexOf('COPY'));
    expect(values('STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(values('CMD')).toEqual(['["node", "--max-semi-space-size=32", "dist/main.js"]']);
    expect(values('HEALTHCHECK')[0]).toContain('CMD ["node", "bin/health-check.js", "live"]');
  });

  it('holds no secret', () => {
    for (const { name, value } of instructions) {
      if (name === 'ENV' || name === 'ARG') expect(value).toBe('NODE_ENV=production');
    }
  });
});

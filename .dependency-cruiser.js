/**
 * Which folder may import which (ARCHITECTURE.md draws it). A rule that bans reaching a module bans it through other
 * modules too, and type imports count as imports.
 */

/** The folders from the bottom up: each may import those before it, and nothing after it. */
const LAYERS = [
  ['platform', []],
  ['event-store', ['platform']],
  ['event-sourcing', ['event-store', 'platform']],
  ['projections', ['event-sourcing', 'event-store', 'platform']],
  ['identity', ['event-sourcing', 'event-store', 'platform']],
];
const INFRASTRUCTURE = ['platform', 'event-store', 'event-sourcing', 'projections', 'identity'];
/** The slices, each with the slices it may import. */
const SLICES = [
  ['provenance', []],
  ['authorities', []],
  ['complaints', ['authorities']],
  ['compliance', ['complaints', 'authorities']],
  ['statistics', ['complaints', 'authorities', 'provenance']],
  ['reporting-years', ['statistics', 'complaints', 'authorities', 'provenance']],
  ['letters', ['reporting-years', 'statistics', 'complaints', 'authorities', 'provenance']],
  ['publication', ['letters', 'reporting-years', 'statistics', 'complaints', 'authorities', 'provenance']],
  [
    'demo',
    ['letters', 'reporting-years', 'statistics', 'compliance', 'complaints', 'authorities', 'provenance'],
  ],
  ['health', []],
];

const only = (folder, allowed) => ({
  name: `${folder}-imports`,
  comment: `src/${folder} may import ${[...allowed, 'itself'].join(', ')} and nothing else of src`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '[.]spec[.]ts$' },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/`, reachable: true },
});

/** Frameworks and drivers. Plain rules must run without any of them. */
const FRAMEWORKS = 'node_modules/(@nestjs|pg|typeorm|fastify|@fastify|@eventstore)(/|$)';

const pure = (name, path) => ({
  name: `pure-${name}`,
  comment:
    'rules of the domain are plain functions on plain data: no Nest, pg, TypeORM or Fastify, however indirectly',
  severity: 'error',
  from: { path, pathNot: '[.]spec[.]tsx?$' },
  to: { path: FRAMEWORKS, reachable: true },
});

export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'two files that import each other are one file, or lack a third',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...LAYERS.map(([folder, allowed]) => only(folder, allowed)),
    ...SLICES.map(([folder, allowed]) => only(folder, [...allowed, ...INFRASTRUCTURE])),
    pure('decide', '[.](decide|events|state|refusals|command)[.]ts$'),
    pure('evolve', '^src/complaints/(complaint|compliance-outcome|case-facts)[.]ts$'),
    pure('theme', '^src/complaints/(receipt|decision|recommendation|compliance-check)/[a-z-]+[.]ts$'),
    pure('rates', '^src/statistics/rates/'),
    pure('letter-model', '^src/letters/model/'),
    pure('policy', '^src/identity/policy'),
    {
      name: 'controllers-and-pages-behind-modules',
      comment: 'only a module imports a controller or a page',
      severity: 'error',
      from: { path: '^src/', pathNot: '([.]module[.]ts|[.]spec[.]tsx?|/pages/[^/]+[.]tsx?)$' },
      to: { path: '([.]controller[.]ts|/pages/)' },
    },
    {
      name: 'cli-on-top',
      comment: 'commands use the application; nothing but main.ts uses a command',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|main[.]ts)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'tests-stay-outside',
      comment: 'the program does not import its tests or development dependencies',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.]spec[.]tsx?$' },
      to: { path: '^test/' },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'what the program runs on is a dependency of its own; types alone may come from others',
      severity: 'error',
      from: { path: '^src/', pathNot: '[.]spec[.]tsx?$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

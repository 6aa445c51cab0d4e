/** One runner, several suites: `npm run test:unit`, `test:contract`, `test:fault`, `test:acceptance`. */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

/** Part of the acceptance tests, and of what shows that an engine is fit: it runs with either. */
const ENGINES = '**/test/acceptance/engines*.spec.ts';

const suite = (displayName, testMatch) => ({ ...shared, displayName, testMatch });

export default {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  maxWorkers: 2,
  // Under --experimental-vm-modules the modules of a file that has ended are never collected, whatever it imports. So a
  // worker's heap only grows, until taking it down at the end takes longer than the half second Jest allows for it.
  workerIdleMemoryLimit: '200MB',
  testTimeout: 60_000,
  projects: [
    suite('unit', [
      '<rootDir>/src/**/*.spec.ts',
      '<rootDir>/test/bench/**/*.spec.ts',
      '<rootDir>/test/golden/**/*.spec.ts',
    ]),
    suite('contract', ['<rootDir>/test/contract/**/*.spec.ts']),
    suite('fault', ['<rootDir>/test/fault/**/*.spec.ts']),
    suite('acceptance', ['<rootDir>/test/acceptance/**/*.spec.ts', `!${ENGINES}`]),
    suite('engines', [ENGINES]),
  ],
};

/**
 * Jest runs what `npm run build` compiled: one compiler for the product and its tests. The source maps beside the
 * compiled files bring stack traces back to the TypeScript lines.
 *
 * `unit` is pure functions and needs nothing; `int` has a real Kafka and a real MongoDB, started once a run.
 */
const shared = { rootDir: 'dist', testEnvironment: 'node', transform: {}, extensionsToTreatAsEsm: [] };

export default {
  // The specs on real servers wait more than they reckon, so two at a time, also on a machine of two cores.
  maxWorkers: 2,
  // Real servers, on machines that do other things meanwhile; a spec awaits conditions, and none a time.
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['**/*.spec.js'],
      testPathIgnorePatterns: ['\\.int\\.spec\\.js$', '\\.e2e\\.spec\\.js$'],
    },
    {
      ...shared,
      displayName: 'int',
      testMatch: ['**/*.int.spec.js', '**/*.e2e.spec.js'],
      globalSetup: '<rootDir>/libs/local-stack/src/jest-global-setup.js',
      globalTeardown: '<rootDir>/libs/local-stack/src/jest-global-teardown.js',
    },
  ],
};

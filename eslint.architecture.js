/**
 * Which way imports point, as lint rules. `test/architecture.spec.ts` shows each of them refuse a file.
 *
 * A later entry's `no-restricted-imports` replaces an earlier one's for the files of both, so each entry names all
 * the rules that hold for its files.
 */

const ACROSS = {
  regex: '^\\.{1,2}/(.*/)?(src|apps|libs)/',
  message:
    'A relative import stays in its own src. Another library goes by its # name; another app, not at all.',
};
const KNOW_KAFKAJS = [
  'kafka-client.ts',
  'group-consumer.ts',
  'kafkajs-records.ts',
  'kafkajs-responses.ts',
  'partitioner.ts',
];
const KAFKAJS = {
  regex: '^kafkajs(/|$)',
  message: `Only ${KNOW_KAFKAJS.join(', ')} in libs/messaging/src know the Kafka client library.`,
};
const ENVIRONMENT_MODULE = {
  regex: '^(node:)?process$',
  importNames: ['env', 'default'],
  message: 'The environment is read once, in libs/service/src/config*.ts.',
};
const FRAMEWORKS = {
  regex: '^(@nestjs/|mongoose|mongodb|fastify|rxjs)',
  message: 'A domain file is pure: it knows neither Nest, nor Kafka, nor MongoDB.',
};
const NOT_FOR_CONTRACTS = {
  regex:
    '^(?!\\.{1,2}/|class-validator$|class-transformer(/|$)|class-validator-jsonschema$|ajv(/|$)|node:buffer$)',
  message: 'Contracts import validators and each other, nothing else.',
};

/** A test across services starts the apps, so it may import them. */
const SPECS = ['**/*.spec.ts', '**/testing/**', 'test/**'];
/** What in an app's src is not the domain, told by its name. */
const EDGES = [
  'apps/*/src/main.ts',
  'apps/*/src/config.ts',
  'apps/*/src/**/*.{module,controller,consumer,collection,poller}.ts',
];

const refuse = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export const architecture = [
  { files: ['apps/**/*.ts', 'libs/**/*.ts'], rules: refuse(ACROSS, KAFKAJS, ENVIRONMENT_MODULE) },
  {
    files: ['apps/*/src/**/*.ts'],
    ignores: [...EDGES, ...SPECS],
    rules: refuse(ACROSS, KAFKAJS, ENVIRONMENT_MODULE, FRAMEWORKS),
  },
  {
    files: ['libs/contracts/src/**/*.ts'],
    ignores: SPECS,
    rules: refuse(ACROSS, ENVIRONMENT_MODULE, NOT_FOR_CONTRACTS),
  },
  {
    files: KNOW_KAFKAJS.map((name) => `libs/messaging/src/${name}`),
    rules: refuse(ACROSS, ENVIRONMENT_MODULE),
  },
  {
    files: ['libs/local-stack/**/*.ts', '{apps,libs}/**/*.spec.ts', '{apps,libs}/**/testing/**/*.ts'],
    rules: refuse(ACROSS),
  },
  { files: ['libs/contracts/tools/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    // The demo starts the services as processes, and hands them its own environment.
    ignores: ['libs/service/src/config*.ts', 'libs/local-stack/**', 'apps/demo/src/services.ts', ...SPECS],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'The environment is read once, in libs/service/src/config*.ts.',
        },
      ],
    },
  },
];

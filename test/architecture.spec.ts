import { globSync } from 'node:fs';
import { jest } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

/** The lint rules as they are in force, without those that need the file to be there to know its types. */
const eslint = new ESLint({ overrideConfig: tseslint.configs.disableTypeChecked as never });

/** What the architecture's rules say to a file of this path and text. */
const complaints = async (filePath: string, code: string): Promise<(string | null)[]> => {
  const results = await eslint.lintText(code, { filePath });
  return results
    .flatMap(({ messages }) => messages)
    .filter(({ ruleId, fatal }) => fatal || ruleId?.startsWith('no-restricted-'))
    .map(({ message, ruleId }) => ruleId ?? message);
};

const importing = (from: string): string => `import * as it from '${from}';\nexport const taken = it;\n`;
const READS_ENVIRONMENT = 'export const url = process.env.URL;\n';
const REFUSED_IMPORT = ['no-restricted-imports'];

// ESLint and the TypeScript parser are loaded by the first of them.
jest.setTimeout(30_000);

const root = new URL('../../', import.meta.url);

/** A glob for each of the alternatives that a glob has in braces. */
const alternativesOf = (glob: string): string[] => {
  const [braces, inner] = /\{([^{}]*)\}/.exec(glob) ?? [];
  return braces === undefined
    ? [glob]
    : inner!.split(',').flatMap((one) => alternativesOf(glob.replace(braces, one)));
};

it('speaks of no file that is not there, or no longer', async () => {
  const { architecture } = (await import(new URL('eslint.architecture.js', root).href)) as {
    architecture: { files: string[]; ignores?: string[] }[];
  };
  const globs = new Set(
    architecture.flatMap(({ files, ignores = [] }) => [...files, ...ignores]).flatMap(alternativesOf),
  );
  const inSources = { cwd: root.pathname, exclude: ['node_modules', 'dist'] };
  expect([...globs].filter((glob) => globSync(glob, inSources).length === 0)).toEqual([]);
});

describe('imports point from apps to libs, and the lint says so', () => {
  it.each([
    ['an app that imports another app', 'apps/deals/src/deal.ts', '../../shipments/src/shipment.js'],
    [
      'a folder of an app that imports another app',
      'apps/deals/src/a/b.ts',
      '../../../shipments/src/shipment.js',
    ],
    [
      'an app that imports a library by its place',
      'apps/deals/src/deals.module.ts',
      '../../../libs/messaging/src/x.js',
    ],
    ['a library that imports an app', 'libs/service/src/health.ts', '../../../apps/deals/src/deal.js'],
    ['a library that imports another by its place', 'libs/service/src/a.ts', '../../messaging/src/log.js'],
    ['a spec that imports another app', 'apps/deals/src/deal.spec.ts', '../../shipments/src/shipment.js'],
    ['a contract that imports Nest', 'libs/contracts/src/deals.ts', '@nestjs/common'],
    ['a contract that imports another library', 'libs/contracts/src/deals.ts', '#messaging/log.js'],
    ['a contract that reads files', 'libs/contracts/src/deals.ts', 'node:fs'],
    [
      'a contract that imports a package that begins as a validator',
      'libs/contracts/src/a.ts',
      'ajv-formats',
    ],
    ['a domain file that imports Nest', 'apps/deals/src/deal.ts', '@nestjs/common'],
    ['a domain file that imports mongoose', 'apps/deals/src/deal.ts', 'mongoose'],
    ['a domain file that imports kafkajs', 'apps/deals/src/deal.ts', 'kafkajs'],
    ['a controller that imports kafkajs', 'apps/deals/src/deals.controller.ts', 'kafkajs'],
    ['a library that imports kafkajs', 'libs/messaging/src/batch-server.ts', 'kafkajs'],
    ['a file that takes the environment by import', 'apps/deals/src/deal.ts', 'node:process'],
  ])('refuses %s', async (_, file, from) => {
    expect(await complaints(file, importing(from))).toEqual(REFUSED_IMPORT);
  });

  it('refuses a type that is imported, and what is exported from elsewhere', async () => {
    expect(
      await complaints(
        'apps/deals/src/deal.ts',
        "import type { Model } from 'mongoose';\nexport type M = Model<1>;\n",
      ),
    ).toEqual(REFUSED_IMPORT);
    expect(await complaints('apps/deals/src/deal.ts', "export * from '@nestjs/common';\n")).toEqual(
      REFUSED_IMPORT,
    );
  });

  it.each([
    ['an app that imports a library by its name', 'apps/deals/src/deal.ts', '#contracts/deals.js'],
    ['a file of an app that imports its neighbour', 'apps/deals/src/intake/http.ts', '../deal.js'],
    ['a module that imports Nest', 'apps/deals/src/deals.module.ts', '@nestjs/common'],
    [
      'a controller in a folder that imports Nest',
      'apps/deals/src/intake/intake.controller.ts',
      '@nestjs/common',
    ],
    ['a collection that imports mongoose', 'apps/deals/src/deals.collection.ts', 'mongoose'],
    ['a contract that imports a validator', 'libs/contracts/src/fields.ts', 'class-validator'],
    ['the Kafka client that imports kafkajs', 'libs/messaging/src/kafka-client.ts', 'kafkajs'],
    ['what is of its records, too', 'libs/messaging/src/kafkajs-records.ts', 'kafkajs/src/protocol/error.js'],
    ['a spec that imports kafkajs', 'libs/messaging/src/kafka-client.int.spec.ts', 'kafkajs'],
    ['an end-to-end test that imports an app', 'test/e2e/story.e2e.spec.ts', '../../apps/deals/src/deal.js'],
  ])('takes %s', async (_, file, from) => {
    expect(await complaints(file, importing(from))).toEqual([]);
  });
});

describe('the environment is read in one place, and the lint says so', () => {
  it.each([
    'apps/deals/src/main.ts',
    'apps/deals/src/config.ts',
    'libs/messaging/src/log.ts',
    'libs/service/src/health.ts',
  ])('refuses process.env in %s', async (file) => {
    expect(await complaints(file, READS_ENVIRONMENT)).toEqual(['no-restricted-properties']);
  });

  it('refuses it taken apart', async () => {
    expect(await complaints('apps/deals/src/main.ts', 'export const { env } = process;\n')).toEqual([
      'no-restricted-properties',
    ]);
  });

  it.each([
    'libs/service/src/config.ts',
    'libs/service/src/config-reader.ts',
    'libs/local-stack/src/main.ts',
    'test/e2e/story.e2e.spec.ts',
  ])('takes it in %s', async (file) => {
    expect(await complaints(file, READS_ENVIRONMENT)).toEqual([]);
  });
});

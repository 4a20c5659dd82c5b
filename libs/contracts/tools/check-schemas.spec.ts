/** In repositories of its own, with a history made for each rule. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jest } from '@jest/globals';
import type { JsonSchema } from '#contracts/contract.js';
import { schemaFiles } from '#contracts/schema-files.js';
import { TOPICS } from '#contracts/topics.js';
import { breaks, notCurrent } from './check-schemas.js';
import { MARKER } from './committed-schemas.js';

const ARRIVED = 'shipments.arrivals/orebound.shipment.arrived.v1.json';
const MILESTONE = 'shipments.inbound/orebound.shipment.milestone-reported.v1.json';
const current = schemaFiles(TOPICS);

// Each test runs git some ten times.
jest.setTimeout(30_000);

let repository: string;
let folder: string;

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@orebound.example', ...args], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

const commit = (): void => {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'a step');
};

/** A current file with its root schema changed. */
const otherwise = (
  path: string,
  change: (schema: { -readonly [K in keyof JsonSchema]: JsonSchema[K] }) => void,
): string => {
  const schema = JSON.parse(current.get(path)!) as JsonSchema;
  change(schema);
  return JSON.stringify(schema);
};

const withOldProperty = (path: string): string =>
  otherwise(path, (schema) => {
    schema.properties = { ...schema.properties, wharf: { type: 'string' } };
  });

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'orebound-schemas-'));
  folder = join(repository, 'schemas');
  git('init', '--quiet');
  for (const [path, text] of current) write(path, text);
});

afterEach(() => rmSync(repository, { recursive: true }));

describe('schemas are current', () => {
  it('when each is what its contract comes to', () => {
    expect(notCurrent(folder, TOPICS)).toEqual([]);
  });

  it('and not when one is changed, missing or left over: each is named', () => {
    write(ARRIVED, '{}');
    rmSync(join(folder, MILESTONE));
    write('shipments.inbound/orebound.shipment.forgotten.v1.json', '{}');
    expect(notCurrent(folder, TOPICS)).toEqual([
      ARRIVED,
      'shipments.inbound/orebound.shipment.forgotten.v1.json',
      MILESTONE,
    ]);
  });

  it('are written the same whatever order the keywords come in', () => {
    const text = current.get(ARRIVED)!;
    expect(Object.keys(JSON.parse(text) as object).slice(0, 5)).toEqual([
      '$schema',
      '$id',
      'title',
      'description',
      'type',
    ]);
    expect([...schemaFiles([...TOPICS])]).toEqual([...current]);
  });

  it('and each file has an id of its own', () => {
    const ids = [...current.values()].map((text) => (JSON.parse(text) as { $id: string }).$id);
    expect(new Set(ids).size).toBe(current.size);
  });
});

describe('contracts break nothing', () => {
  it('while all that was committed is as it is now', () => {
    write(MARKER, '1');
    commit();
    expect(breaks(folder, TOPICS)).toEqual([]);
  });

  it('when they have changed compatibly', () => {
    write(MARKER, '1');
    write(
      ARRIVED,
      otherwise(ARRIVED, (schema) => (schema.required = [])),
    );
    commit();
    write(ARRIVED, current.get(ARRIVED)!);
    commit();
    expect(breaks(folder, TOPICS)).toEqual([]);
  });

  it('compared with the first version of the promise', () => {
    write(MARKER, '1');
    write(ARRIVED, withOldProperty(ARRIVED));
    commit();
    write(ARRIVED, current.get(ARRIVED)!);
    expect(breaks(folder, TOPICS)).toEqual([`${ARRIVED} (published): /wharf: is gone`]);
    commit();
    expect(breaks(folder, TOPICS)).toEqual([`${ARRIVED} (published): /wharf: is gone`]);
  });

  it('compared with each version in between, one that came by a merge too', () => {
    write(MARKER, '1');
    commit();
    git('branch', '--move', 'trunk');
    git('checkout', '--quiet', '-b', 'side');
    write(MILESTONE, withOldProperty(MILESTONE));
    commit();
    write(MILESTONE, current.get(MILESTONE)!);
    commit();
    git('checkout', '--quiet', 'trunk');
    commit();
    git('merge', '--quiet', '--no-ff', '--message', 'merge', 'side');
    expect(breaks(folder, TOPICS)).toEqual([`${MILESTONE} (inbound): /wharf: is gone`]);
  });

  it('unless a contract has gone', () => {
    write(MARKER, '1');
    write('shipments.inbound/orebound.shipment.forgotten.v1.json', '{}');
    commit();
    rmSync(join(folder, 'shipments.inbound/orebound.shipment.forgotten.v1.json'));
    expect(breaks(folder, TOPICS)).toEqual([
      expect.stringContaining('forgotten.v1.json: the contract is gone'),
    ]);
  });

  it('and what was committed before the promise began, or began anew, does not count', () => {
    write(ARRIVED, withOldProperty(ARRIVED));
    commit();
    write(MARKER, '1');
    write(ARRIVED, current.get(ARRIVED)!);
    commit();
    expect(breaks(folder, TOPICS)).toEqual([]);

    write(ARRIVED, withOldProperty(ARRIVED));
    commit();
    expect(breaks(folder, TOPICS)).toHaveLength(1);
    write(MARKER, '2');
    write(ARRIVED, current.get(ARRIVED)!);
    commit();
    expect(breaks(folder, TOPICS)).toEqual([]);
  });
});

describe('without a history nothing is said to be compatible', () => {
  it('where the marker is missing, or not committed', () => {
    commit();
    expect(() => breaks(folder, TOPICS)).toThrow(`${MARKER} is not there`);
    write(MARKER, '1');
    expect(() => breaks(folder, TOPICS)).toThrow(`${MARKER} is not committed`);
  });

  it('where the clone is shallow', () => {
    write(MARKER, '1');
    commit();
    commit();
    git('clone', '--quiet', '--depth', '1', `file://${repository}`, 'shallow');
    expect(() => breaks(join(repository, 'shallow/schemas'), TOPICS)).toThrow('git fetch --unshallow');
  });

  it('where there is no repository', () => {
    write(MARKER, '1');
    rmSync(join(repository, '.git'), { recursive: true });
    expect(readdirSync(repository)).toEqual(['schemas']);
    expect(() => breaks(folder, TOPICS)).toThrow('this is no git repository');
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The file whose last change begins the promise of compatibility. Beside the schemas. */
export const MARKER = 'COMPATIBLE-SINCE';

/** One version of a schema's file that was committed. */
export interface CommittedSchema {
  /** Within the folder of schemas: `shipments.inbound/orebound.….v1.json`. */
  readonly path: string;
  readonly text: string;
}

/** There is no history to compare with; the message says what to do. */
export class NoHistory extends Error {}

/**
 * Every version of every schema's file that was committed since the marker was last changed, and reached HEAD.
 * @param folder the folder of schemas
 * @throws NoHistory where git, its history or the marker are missing.
 */
export function committedSchemas(folder: string): CommittedSchema[] {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    });

  if (!existsSync(join(folder, MARKER))) throw new NoHistory(`${MARKER} is not there`);
  let shallow: string;
  try {
    shallow = git('rev-parse', '--is-shallow-repository').trim();
  } catch {
    throw new NoHistory('this is no git repository');
  }
  if (shallow === 'true') throw new NoHistory('this clone is shallow; run: git fetch --unshallow');
  const since = git('log', '-1', '--format=%H', '--', MARKER).trim();
  if (since === '') throw new NoHistory(`${MARKER} is not committed`);

  const versions = new Map<string, { path: string; blob: string }>();
  const note = (path: string, blob: string): void => {
    if (path.endsWith('.json') && !/^0+$/.test(blob)) versions.set(`${path} ${blob}`, { path, blob });
  };
  for (const line of lines(git('ls-tree', '-r', since, '.'))) {
    const [, , blob, path] = line.split(/\s/u);
    note(path!, blob!);
  }
  const changes = [
    'log',
    '--full-history',
    '-m',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--relative',
    '--format=',
  ];
  for (const line of lines(git(...changes, `${since}..HEAD`, '--', '.'))) {
    const [, , , blob, , path] = line.split(/\s/u);
    note(path!, blob!);
  }
  return [...versions.values()].map(({ path, blob }) => ({ path, text: git('cat-file', 'blob', blob) }));
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

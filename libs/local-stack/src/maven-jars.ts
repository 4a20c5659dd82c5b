import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, cacheFolder, fetchIntoCache } from './cache.js';
import { folderSize, type Log, withProgress } from './progress.js';
import { runCommand } from './run-command.js';

/** A program in Java, by the pom that names its jars. */
export interface MavenProgram {
  /** The path of the pom. The folder of the jars is named after its content, so a change there fetches anew. */
  pom: string;
  /** What the folder's name begins with. */
  name: string;
  /** For a human, while it is fetched. */
  what: string;
  /** The Java that it is to run in; without one nothing is fetched. */
  java: string | undefined;
  /** A class and its arguments that show, where there are such, that the jars can be loaded; if not, nothing is kept. */
  trial?: string[];
}

/**
 * The folder of a program's jars: the kept one, or a new one filled through Maven.
 * @throws Error when they are not to be had
 */
export async function mavenJars(
  { pom, name, what, java, trial }: MavenProgram,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<string> {
  const cache = cacheFolder(env);
  const sum = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8);
  const kept = cached(cache, `${name}-${sum}`);
  if (kept) return kept;
  if (!java) throw new Error('not fetched before, and not fetched now for want of a Java');
  return fetchIntoCache(cache, `${name}-${sum}`, async (folder) => {
    let downloaded = 0;
    // Maven collects in its own repository and copies at the end: what it says is the only sign of progress.
    const onLine = (line: string) => (downloaded += mavenDownloadedBytes(line));
    const size = async () => Math.max(downloaded, await folderSize(folder));
    await withProgress(log, what, size, async () => {
      const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
      await runCommand('mvn', ['--batch-mode', '--file', pom, ...goal], { env, onLine });
    });
    if (trial) await runCommand(java, ['-cp', join(folder, '*'), ...trial], { env });
  });
}

/** The size in a line such as `Downloaded from central: ... (6.7 MB at 74 MB/s)`; 0 for any other line. */
export function mavenDownloadedBytes(line: string): number {
  const [, amount, unit] = /Downloaded from .*\(([\d.]+) (B|kB|MB|GB) at /.exec(line) ?? [];
  return amount ? Number(amount) * { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[unit as 'B' | 'kB' | 'MB' | 'GB'] : 0;
}

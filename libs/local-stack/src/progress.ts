import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Takes a line meant for a human, without its line end. */
export type Log = (line: string) => void;

/**
 * Says what is being fetched, every 2 s how much has come, and how long it took.
 * @param fetchedBytes how much has come so far; 0 while that is not known
 */
export async function withProgress<T>(
  log: Log,
  what: string,
  fetchedBytes: () => number | Promise<number>,
  work: () => Promise<T>,
): Promise<T> {
  const began = Date.now();
  const elapsed = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  log(`Fetching ${what} ...`);
  const tell = async () => {
    const bytes = await fetchedBytes();
    log(`  ${what}: ${bytes > 0 ? megabytes(bytes) : elapsed()} so far`);
  };
  const timer = setInterval(() => void tell(), 2_000);
  try {
    const result = await work();
    log(`  ${what}: ${megabytes(await fetchedBytes())}, done in ${elapsed()}`);
    return result;
  } catch (error) {
    log(`  ${what}: not to be had`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}

/** The size of all files under a folder, in bytes. Files that vanish while it looks count nothing. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

const THREADS = '/proc/self/task';
/** As Node names the threads with which V8 marks the heap, sweeps it and compiles. */
const NAME = 'V8Worker';
/** Steps of `nice`. With 10 a backlog goes no faster, and the heap outgrows its 300 MB while its marking waits. */
const BEHIND = 3;

/**
 * Has V8's own threads give way to the main one where both want the same core. It is the main one that every event waits for; of a
 * backlog on two cores it waited for a core 15 % of the time, mostly while the heap was marked.
 *
 * In Linux each thread has a priority of its own (getpriority(2), under BUGS), and anybody may
 * lower it. Elsewhere, and where it cannot be done, a service runs as it did.
 */
export function putV8ThreadsBehind(): void {
  const behind = Math.min(getPriority() + BEHIND, constants.priority.PRIORITY_LOW);
  for (const thread of v8Threads()) {
    try {
      setPriority(thread, behind);
    } catch {
      // It has ended meanwhile, or the system forbids it.
    }
  }
}

export function v8Threads(): number[] {
  try {
    return readdirSync(THREADS)
      .filter((thread) => readFileSync(`${THREADS}/${thread}/comm`, 'utf8').trim() === NAME)
      .map(Number);
  } catch {
    return []; // no such directory: it is not Linux
  }
}

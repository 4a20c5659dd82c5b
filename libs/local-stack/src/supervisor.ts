/**
 * The small process that stands between us and one server. It is started in a session of its own, so that Ctrl-C in
 * our terminal does not reach it, and it is tied to us by one pipe (Node's IPC channel): when that closes, because we
 * stopped, crashed, or were killed with SIGKILL, it kills the server and removes the data folder. A handler in our own
 * process could not do that.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What we ask of the supervisor. The log of every run is appended to `<folder>/server.log`. */
export type SupervisorRequest = { run: { command: string; args: string[] } };

/** What the supervisor tells us. `folder` comes once and first, and is made here so that none is left without a keeper. */
export type SupervisorReport =
  | { folder: string }
  | { started: number }
  | { notStarted: string }
  | { exited: { code: number | null; signal: NodeJS.Signals | null } };

let server: ChildProcess | undefined;
let ending = false;

const folder = mkdtempSync(join(tmpdir(), 'orebound-'));

function report(message: SupervisorReport): void {
  // After our parent's death there is nobody to tell, and `disconnect` is on its way.
  if (process.connected) process.send?.(message, () => undefined);
}

function end(): void {
  ending = true;
  // The data goes with the server, so there is nothing that a gentler signal could save.
  if (server) server.kill('SIGKILL');
  else removeAndExit();
}

function removeAndExit(): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

process.on('disconnect', end);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);

process.on('message', ({ run }: SupervisorRequest) => {
  if (ending) return;
  const log = openSync(join(folder, 'server.log'), 'a');
  const child = spawn(run.command, run.args, { cwd: folder, stdio: ['ignore', log, log] });
  closeSync(log);
  // At once, not when it is known to run: our parent may die in between.
  server = child;
  const over = (message: SupervisorReport) => {
    server = undefined;
    report(message);
    if (ending) removeAndExit();
  };
  child.once('spawn', () => report({ started: child.pid! }));
  child.once('error', (error) => over({ notStarted: error.message }));
  child.once('exit', (code, signal) => over({ exited: { code, signal } }));
});

report({ folder });

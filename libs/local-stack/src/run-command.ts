import { spawn } from 'node:child_process';

export interface CommandOptions {
  env: NodeJS.ProcessEnv;
  /** Kills the command and fails after so many milliseconds. */
  limitMs?: number;
  /** Kills the command and fails when aborted. */
  signal?: AbortSignal;
  /** Given each line of its standard output as it comes. */
  onLine?: (line: string) => void;
}

/**
 * Runs a program to its end, without a shell and without input, and returns what it printed to standard output and
 * error together. It does not outlive this process, unless this one is killed with SIGKILL.
 * @throws Error with the end of what it printed, when it cannot be started, fails, or takes too long
 */
export function runCommand(command: string, args: string[], options: CommandOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // A process group of its own, to end with all its children: what goes by the name of a program is often a script.
    const child = spawn(command, args, {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const kill = () => {
      try {
        if (child.pid) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // They have all ended.
      }
    };
    let output = '';
    let rest = '';
    let reason: string | undefined;
    const stop = (why: string) => {
      reason = why;
      kill();
    };
    process.once('exit', kill);
    const timer = options.limitMs
      ? setTimeout(() => stop(`took longer than ${options.limitMs! / 1000} s`), options.limitMs)
      : undefined;
    options.signal?.addEventListener('abort', () => stop(String(options.signal!.reason)), { once: true });

    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) options.onLine?.(line);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    const settle = (error?: Error) => {
      clearTimeout(timer);
      process.off('exit', kill);
      if (error) reject(error);
      else resolve(output);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = command.includes('/') ? `there is no ${command}` : `there is no ${command} on the PATH`;
      settle(new Error(error.code === 'ENOENT' ? missing : `${command}: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      if (code === 0) return settle();
      settle(
        new Error(
          `${command} ${reason ?? `failed (${signal ?? `exit code ${code}`}): ${lastWords(output)}`}`,
        ),
      );
    });
  });
}

/** The last few lines that say something, on one line. */
function lastWords(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.filter(Boolean).slice(-3).join(' / ').slice(-400) || 'it printed nothing';
}

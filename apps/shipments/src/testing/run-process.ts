/** The service as its operators run it: a process, its environment, and what it writes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '#messaging/testing/until.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

export type Line = Readonly<Record<string, unknown>>;

export interface RunningProcess {
  readonly child: ChildProcess;
  /** Of its log. */
  readonly lines: readonly Line[];
  readonly errors: readonly string[];
}

export function runProcess(environment: Record<string, string>): RunningProcess {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  const errors: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as Line));
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  return { child, lines, errors };
}

/** Until it listens and has joined its group. @returns where it listens */
export async function untilUp({ lines }: RunningProcess): Promise<string> {
  const listening = (): Line | undefined => lines.find(({ msg }) => /listens on /.test(String(msg)));
  await until('it listens', () => listening() !== undefined);
  await until('it has joined its group', () => lines.some(({ msg }) => msg === 'joined the group'));
  return /http\S+/.exec(String(listening()!['msg']))![0];
}

import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './run-command.js';

const node = (script: string, options = {}) =>
  runCommand(process.execPath, ['-e', script], { env: process.env, ...options });

it('gives what was printed to either stream, and each line as it comes', async () => {
  const lines: string[] = [];
  const printed = await node('console.log("a\\nb"); console.error("c")', {
    onLine: (line: string) => lines.push(line),
  });
  expect(printed.split('\n').sort().join('')).toBe('abc');
  expect(lines).toEqual(['a', 'b']);
});

it('says what a command that failed has said last', async () => {
  await expect(node('console.error("no such host"); process.exit(3)')).rejects.toThrow(
    /failed \(exit code 3\): no such host$/,
  );
});

it('says that a command is not there', async () => {
  await expect(runCommand('no-such-command', [], { env: { PATH: '/' } })).rejects.toThrow(
    'there is no no-such-command on the PATH',
  );
});

it('ends a command that takes too long', async () => {
  await expect(node('setInterval(() => {}, 1000)', { limitMs: 100 })).rejects.toThrow(
    'took longer than 0.1 s',
  );
});

it('ends a command when it is aborted, and says why', async () => {
  const abort = new AbortController();
  const running = node('console.log("up"); setInterval(() => {}, 1000)', {
    signal: abort.signal,
    onLine: () => abort.abort('was given up'),
  });
  await expect(running).rejects.toThrow('was given up');
});

it('ends the children of the command with it', async () => {
  const abort = new AbortController();
  let grandchild = 0;
  const script = `
    const child = child_process.spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    console.log(child.pid);`;
  const running = node(script, {
    signal: abort.signal,
    onLine: (line: string) => {
      grandchild = Number(line);
      abort.abort('was given up');
    },
  });
  await expect(running).rejects.toThrow('was given up');
  const deadline = Date.now() + 5_000;
  const isAlive = () => {
    try {
      return process.kill(grandchild, 0);
    } catch {
      return false;
    }
  };
  while (isAlive() && Date.now() < deadline) await sleep(20);
  expect(isAlive()).toBe(false);
});

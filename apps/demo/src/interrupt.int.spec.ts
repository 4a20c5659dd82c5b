/** Ctrl-C, as the person in front of it has it: nothing is left behind, and nothing but its end is told. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { SERVICES } from './services.js';

interface Ended {
  readonly code: number | null;
  readonly complaints: string;
  readonly last: string;
}

/** Runs a program of the demo until it has said something, and more is so; interrupts it then, and waits for its end. */
async function interrupted(
  program: string,
  firstPort: number,
  whenSaid: string,
  andSo: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Ended> {
  const name = `interrupt-${randomBytes(4).toString('hex')}`;
  const script = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
  // The flag that `npm start` has: of a wait of kafkajs that is not to be read either.
  const flags = ['--disable-warning=TimeoutNegativeWarning'];
  const child = spawn(process.execPath, [...flags, script, '--ports', String(firstPort)], {
    env: { ...process.env, NODE_OPTIONS: '', KAFKA_NAMESPACE: `${name}.`, MONGODB_DATABASE: name },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints += String(chunk)));
  child.stdout.on('data', (chunk) => {
    const before = said;
    said += String(chunk);
    if (!before.includes(whenSaid) && said.includes(whenSaid)) void andSo().then(() => child.kill('SIGINT'));
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, complaints, last: said.trimEnd().split('\n').at(-1)! };
}

const answering = async (firstPort: number): Promise<string[]> => {
  const answers = await Promise.allSettled(
    SERVICES.map((_, nth) => fetch(`http://127.0.0.1:${firstPort + nth}/health/live`)),
  );
  return SERVICES.filter((_, nth) => answers[nth]!.status === 'fulfilled');
};

describe('Ctrl-C', () => {
  it('stops all of `npm start` in order', async () => {
    const ended = await interrupted('start', 20_310, 'Orebound is up');
    expect(ended).toEqual({ code: 0, complaints: '', last: 'Stopping everything ...' });
    expect(await answering(20_310)).toEqual([]);
  });

  it('in the middle of the story stops all in order, and tells no failure of the story', async () => {
    const ended = await interrupted('main', 20_320, '1. A memorandum');
    expect(ended).toEqual({ code: 130, complaints: '', last: 'Stopping everything ...' });
    expect(await answering(20_320)).toEqual([]);
  });

  it('while it starts ends it at once, and the services with it', async () => {
    const oneAnswers = async (): Promise<void> => {
      while ((await answering(20_330)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const ended = await interrupted('start', 20_330, 'Starting shipments', oneAnswers);
    expect(ended).toEqual({ code: 130, complaints: '', last: expect.stringContaining('Starting shipments') });
    expect(await answering(20_330)).toEqual([]);
  });
});

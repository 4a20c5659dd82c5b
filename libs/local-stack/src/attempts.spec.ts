import { Attempts, LocalStackUnavailableError } from './attempts.js';

it('remembers the ways that failed and why, in their order, and none that worked', async () => {
  const attempts = new Attempts();
  attempts.fail('Docker', 'no engine');
  expect(await attempts.try('PATH', () => Promise.reject(new Error('not there')))).toBeUndefined();
  expect(await attempts.try('cache', async () => 'found')).toBe('found');
  expect(attempts.failed).toEqual([
    { way: 'Docker', reason: 'no engine' },
    { way: 'PATH', reason: 'not there' },
  ]);
});

describe('the error when nothing works', () => {
  const kafka = {
    server: 'Kafka' as const,
    attempts: [{ way: 'Java on the PATH', reason: 'there is no java' }],
  };
  const mongodb = { server: 'MongoDB' as const, attempts: [{ way: 'Docker', reason: 'no engine\nat all' }] };

  it('names both servers and every attempt', () => {
    const { message } = new LocalStackUnavailableError([kafka, mongodb], 'linux');
    expect(message).toContain('No Kafka and no MongoDB could be started here.');
    expect(message).toContain('  - Java on the PATH: there is no java\n');
    expect(message).toContain('  - Docker: no engine\n    at all\n');
  });

  it.each([
    ['linux', 'sudo apt-get install -y openjdk-17-jre-headless maven python3-pip'],
    ['darwin', 'brew install openjdk maven'],
    ['darwin', 'brew tap mongodb/brew && brew install mongodb-community'],
    ['win32', 'start Docker Desktop'],
  ] as const)('says on %s: %s', (platform, line) => {
    expect(new LocalStackUnavailableError([kafka, mongodb], platform).message).toContain(line);
  });

  it('advises only about the server that is missing', () => {
    const { message } = new LocalStackUnavailableError([kafka], 'linux');
    expect(message).toContain('sudo apt-get install -y openjdk-17-jre-headless maven\n');
    expect(message).toContain('export KAFKA_BROKERS=');
    expect(message).not.toContain('MONGODB_URI');
  });
});

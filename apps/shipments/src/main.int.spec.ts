import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import kafkajs from 'kafkajs';
import { TcpLink } from '#local-stack/tcp-link.js';
import { until } from '#messaging/testing/until.js';
import { type Line, type RunningProcess, runProcess, untilUp } from './testing/run-process.js';

const TRACE = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  correlationid: 'corr-1',
};
const LOGGED = { trace_id: '0af7651916cd43dd8448eb211c80319c', correlationid: 'corr-1' };

/** As pino counts. */
const INFO = 30;

const connectTo = (url: string): Socket => connect(Number(new URL(url).port), '127.0.0.1');

describe('the process', () => {
  const namespace = `spec-${randomUUID().slice(0, 8)}`;
  let service: RunningProcess;
  let url: string;

  beforeAll(async () => {
    service = runProcess({
      KAFKA_NAMESPACE: `${namespace}.`,
      MONGODB_DATABASE: namespace,
      REQUEST_TIMEOUT_MS: '4000',
    });
    url = await untilUp(service);
  });
  afterAll(() => service?.child.kill('SIGKILL'));

  const line = async (words: RegExp): Promise<Line> => {
    const found = (): Line | undefined => service.lines.find(({ msg }) => words.test(String(msg)));
    await until(`it logs ${words}`, () => found() !== undefined);
    return found()!;
  };

  it('starts without a warning of its own: what Kafka makes it wait for is said by the client', () => {
    expect(service.lines.filter(({ level, kafka }) => Number(level) > INFO && kafka === undefined)).toEqual(
      [],
    );
  });

  it('logs a request that it refuses, with its trace and correlation ids', async () => {
    await fetch(`${url}/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: TRACE.traceparent,
        'ce-specversion': '1.0',
        'ce-correlationid': 'corr-1',
        authorization: 'Bearer hunter2',
      },
      body: '{}',
    });
    expect(await line(/a request is refused/)).toMatchObject({
      service: 'shipments',
      ...LOGGED,
      method: 'POST',
      url: '/events',
      code: 'invalid-envelope',
    });
  });

  it.each(['binary', 'structured'])(
    'logs an event that it refuses, in %s mode, with its trace and correlation ids',
    async (mode) => {
      const attributes = { id: mode, source: '/x', type: `unheard.of.${mode}`, subject: 'SHP-1', ...TRACE };
      const binary = Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]),
      );
      const producer = new kafkajs.Kafka({
        brokers: process.env['KAFKA_BROKERS']!.split(','),
        logLevel: kafkajs.logLevel.NOTHING,
      }).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({
        topic: `${namespace}.shipments.inbound`,
        messages: [
          mode === 'binary'
            ? { value: '{}', headers: { ce_specversion: '1.0', ...binary } }
            : {
                value: JSON.stringify({ specversion: '1.0', ...attributes, data: {} }),
                headers: { 'content-type': 'application/cloudevents+json' },
              },
        ],
      });
      await producer.disconnect();
      expect(await line(new RegExp(`an event is refused: .*unheard.of.${mode}`))).toMatchObject({
        ...LOGGED,
        topic: 'shipments.inbound',
        reason: 'unknown-type',
        faults: [expect.objectContaining({ pointer: '/type' })],
      });
    },
  );

  it('writes no secrets into its logs', () => {
    expect(JSON.stringify(service.lines)).not.toContain('hunter2');
  });

  it.each([
    ['headers that are too large', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['what is no HTTP', 'HELO there\r\n\r\n', 400],
    ['a request that never comes to its end', 'POST /events HTTP/1.1\r\nhost: x\r\n', 408],
    ['a body that never comes', 'POST /events HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{', 408],
  ])('answers %s with a problem, and ends the connection', async (_, sent, status) => {
    const client = connectTo(url);
    client.write(sent);
    let answer = '';
    client.on('data', (data) => (answer += data.toString()));
    await once(client, 'close');
    const [head, body] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*content-type: application/problem\\+json`, 's'));
    expect(JSON.parse(body!)).toMatchObject({ status, code: 'bad-request' });
  });

  it('stops when it is asked to, and ends well, whoever has not ended what he asks', async () => {
    const client = connectTo(url);
    client.on('error', () => undefined);
    await once(client, 'connect');
    client.write('POST /events HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{');
    const ended = once(service.child, 'exit');
    service.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    client.destroy();
  });

  it('stops within its 10 s, and ends well, though MongoDB hangs that owes it an answer', async () => {
    const mongodb = new URL(process.env['MONGODB_URI']!);
    const link = await TcpLink.create(Number(mongodb.port));
    mongodb.host = link.address;
    mongodb.searchParams.delete('replicaSet');
    mongodb.searchParams.set('directConnection', 'true');
    const other = `${namespace}-hung`;
    const waiting = runProcess({
      KAFKA_NAMESPACE: `${other}.`,
      MONGODB_DATABASE: other,
      MONGODB_URI: mongodb.href,
      UNMATCHED_EXPIRE_AFTER_SECONDS: '1', // so that the waiting room is looked at all the time
    });
    try {
      const list = `${await untilUp(waiting)}/shipments`;
      await until('MongoDB answers', async () => (await fetch(list)).status === 200);
      link.set('hung');
      await until('MongoDB has not answered', async () => (await fetch(list)).status === 503);
      const ended = once(waiting.child, 'exit');
      waiting.child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    } finally {
      waiting.child.kill('SIGKILL');
      await link.close();
    }
  });

  it('does not start with a configuration that is wrong, and tells all of it', async () => {
    const wrong = runProcess({ KAFKA_BROKERS: 'nowhere', PORT: 'x' });
    expect(await once(wrong.child, 'exit')).toEqual([78, null]);
    expect(wrong.errors.join('\n')).toMatch(/KAFKA_BROKERS.*\n?.*PORT|PORT.*\n?.*KAFKA_BROKERS/s);
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Attempts } from '#local-stack/attempts.js';
import { freePort } from '#local-stack/free-port.js';
import { findJava } from '#local-stack/kafka-program.js';
import { mavenJars } from '#local-stack/maven-jars.js';
import { SupervisedProcess } from '#local-stack/supervised-process.js';
import { untilReady } from '#local-stack/until-ready.js';

// From dist/test/bench/connect, where this runs, to test/bench/connect, which tsc does not copy.
export const CONNECT_POM = fileURLToPath(new URL('../../../../test/bench/connect/pom.xml', import.meta.url));

/** The JVM as Kafka's own connect-standalone.sh starts it (bin/kafka-run-class.sh of 4.x): both compilers, G1, 2 GB. */
const JVM = [
  ...['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...[
    '-XX:InitiatingHeapOccupancyPercent=35',
    '-XX:+ExplicitGCInvokesConcurrent',
    '-Djava.awt.headless=true',
  ],
];
const ASK_FOR_FAILURE_EVERY_MS = 2_000;
const GONE_WITHIN_MS = 30_000;

interface Status {
  readonly connector: { readonly state: string; readonly trace?: string };
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[];
}

/** Kafka Connect, standalone, in one JVM that takes one connector after the other. */
export class ConnectWorker {
  private askedAt = 0;

  private constructor(
    private readonly process: SupervisedProcess,
    private readonly url: string,
  ) {}

  /** @throws Error when there is no Java, or Maven has not brought the jars */
  static async start(brokers: readonly string[], log: (line: string) => void): Promise<ConnectWorker> {
    const attempts = new Attempts();
    const java = await findJava(process.env, attempts);
    if (!java) throw new Error(attempts.failed.map(({ way, reason }) => `${way}: ${reason}`).join('; '));
    const jars = await mavenJars(
      {
        pom: CONNECT_POM,
        name: 'connect-mongodb',
        what: 'Kafka Connect and the MongoDB connector from Maven Central (some 50 MB)',
        java: java.path,
      },
      process.env,
      log,
    );
    const port = await freePort();
    const supervised = await SupervisedProcess.create();
    const worker = new ConnectWorker(supervised, `http://127.0.0.1:${port}`);
    try {
      const properties = join(supervised.folder, 'worker.properties');
      await writeFile(properties, workerProperties(brokers, port, supervised.folder));
      await supervised.run(java.path, [
        ...JVM,
        '-XX:-UsePerfData',
        `-Djava.io.tmpdir=${supervised.folder}`,
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        ...['-cp', join(jars, '*'), 'org.apache.kafka.connect.cli.ConnectStandalone', properties],
      ]);
      await untilReady(
        'Kafka Connect',
        supervised,
        async () => void (await worker.ask('GET', '/connectors')),
      );
      return worker;
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  async create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.ask('POST', '/connectors', { name, config: { ...config, name } });
  }

  /** @throws Error when the connector or one of its tasks has failed, or the JVM has ended; asks seldom. */
  async check(name: string): Promise<void> {
    if (this.process.lastExit) throw new Error(`Kafka Connect has ended:\n${this.process.lastLogLines()}`);
    if (Date.now() - this.askedAt < ASK_FOR_FAILURE_EVERY_MS) return;
    this.askedAt = Date.now();
    const { connector, tasks } = (await this.ask('GET', `/connectors/${name}/status`)) as Partial<Status>;
    const failed = [connector ?? [], tasks ?? []].flat().find(({ state }) => state === 'FAILED');
    if (failed) throw new Error(`${name} has failed: ${failed.trace?.slice(0, 2_000)}`);
  }

  /** Resolves when the connector and its tasks are gone. */
  async remove(name: string): Promise<void> {
    await this.ask('DELETE', `/connectors/${name}`);
    const deadline = Date.now() + GONE_WITHIN_MS;
    while (((await this.ask('GET', '/connectors')) as string[]).includes(name)) {
      if (Date.now() > deadline) throw new Error(`${name} does not go`);
      await sleep(100);
    }
  }

  stop(): Promise<void> {
    return this.process.close();
  }

  private async ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok && response.status !== 404)
      throw new Error(`Kafka Connect: ${method} ${path}: ${response.status} ${text.slice(0, 1_000)}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }
}

const workerProperties = (brokers: readonly string[], port: number, folder: string): string =>
  [
    `bootstrap.servers=${brokers.join(',')}`,
    `listeners=http://127.0.0.1:${port}`,
    'key.converter=org.apache.kafka.connect.storage.StringConverter',
    // Text, which the connector parses itself: what MongoDB's documentation has for JSON.
    'value.converter=org.apache.kafka.connect.storage.StringConverter',
    `offset.storage.file.filename=${join(folder, 'offsets')}`,
    '',
  ].join('\n');

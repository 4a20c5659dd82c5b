import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, retryTakenPort } from './free-port.js';
import { kafkaClusterId } from './kafka-cluster-id.js';
import type { KafkaProgram } from './kafka-program.js';
import type { ServerHandle } from './server-handle.js';
import { SupervisedProcess } from './supervised-process.js';
import { ServerNotReadyError, untilReady } from './until-ready.js';

/** A Kafka of ours: KRaft, one node that is broker and controller, on ports and in a folder of its own. */
export class KafkaBroker implements ServerHandle {
  readonly address: string;
  /** A random one (a UUID in URL-safe base64), by which a broker of another stack on an old port can be told. */
  readonly clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  #process: SupervisedProcess;
  #program: KafkaProgram;

  private constructor(process: SupervisedProcess, program: KafkaProgram, port: number) {
    this.#process = process;
    this.#program = program;
    this.address = `127.0.0.1:${port}`;
  }

  /**
   * Resolves when a client is given the cluster's brokers and topics.
   * @throws ServerNotReadyError
   */
  static async create(program: KafkaProgram): Promise<KafkaBroker> {
    return retryTakenPort(async () => {
      const port = await freePort();
      const broker = new KafkaBroker(await SupervisedProcess.create(), program, port);
      try {
        await broker.#format(port, await freePort());
        await broker.start();
        return broker;
      } catch (error) {
        await broker.stop();
        throw error;
      }
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return this.#process.kill(signal);
  }

  async start(): Promise<void> {
    await this.#java('kafka.Kafka', this.#properties);
    await untilReady('Kafka', this.#process, async () => {
      const clusterId = await kafkaClusterId([this.address]);
      if (clusterId !== this.clusterId)
        throw new Error(`${this.address} belongs to another cluster, ${clusterId}`);
    });
  }

  /** Kills it and removes its data. */
  stop(): Promise<void> {
    return this.#process.close();
  }

  get #properties(): string {
    return join(this.#process.folder, 'server.properties');
  }

  async #format(port: number, controllerPort: number): Promise<void> {
    await writeFile(
      this.#properties,
      serverProperties(port, controllerPort, join(this.#process.folder, 'data')),
    );
    await this.#java('kafka.tools.StorageTool', 'format', '-t', this.clusterId, '-c', this.#properties);
    const { code } = await this.#process.exited();
    if (code !== 0) {
      throw new ServerNotReadyError(
        `Kafka's storage could not be formatted:\n${this.#process.lastLogLines()}`,
      );
    }
  }

  #java(mainClass: string, ...args: string[]): Promise<void> {
    return this.#process.run(this.#program.java, [
      // The first compiler only: up in half the time, and the second one's threads leave the cores to the services.
      '-XX:TieredStopAtLevel=1',
      '-Xmx512m',
      // Nothing outside of our folder, where it would stay behind after a SIGKILL.
      '-XX:-UsePerfData',
      `-Djava.io.tmpdir=${this.#process.folder}`,
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
      '-cp',
      join(this.#program.jars, '*'),
      mainClass,
      ...args,
    ]);
  }
}

/** For one node: every internal topic has one replica and few partitions, and a group's first member need not wait. */
function serverProperties(port: number, controllerPort: number, dataFolder: string): string {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${dataFolder.replaceAll('\\', '/')}`,
    ...singleNodeSettings.map(([key, value]) => `${key}=${value}`),
    '',
  ].join('\n');
}

/** The settings that the container is given too. */
export const singleNodeSettings: [string, string][] = [
  // The services make their topics, with the partitions they need; a misspelt one must fail.
  ['auto.create.topics.enable', 'false'],
  ['offsets.topic.replication.factor', '1'],
  ['offsets.topic.num.partitions', '4'],
  ['transaction.state.log.replication.factor', '1'],
  ['transaction.state.log.min.isr', '1'],
  ['transaction.state.log.num.partitions', '4'],
  ['share.coordinator.state.topic.replication.factor', '1'],
  ['share.coordinator.state.topic.min.isr', '1'],
  ['group.initial.rebalance.delay.ms', '0'],
  // A broker that was killed is taken back only when its former self has timed out: 9 s unless told. Not much shorter,
  // or a busy machine makes the controller give up a broker that lives.
  ['broker.session.timeout.ms', '3000'],
  ['broker.heartbeat.interval.ms', '500'],
];

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeKafka } from './describe-kafka.js';
import { freePort, retryTakenPort } from './free-port.js';
import type { KafkaProgram } from './kafka-program.js';
import { SecuredListener } from './secured-listener.js';
import type { ServerHandle } from './server-handle.js';
import { type Exit, SupervisedProcess } from './supervised-process.js';
import { ServerNotReadyError, untilReady } from './until-ready.js';

/** What one node of a cluster has to know: itself, and where it finds the others. */
export interface KafkaNode {
  readonly id: number;
  /** For clients. */
  readonly port: number;
  readonly controllerPort: number;
  /** By id, the port at which this node finds each controller of the cluster, itself among them. */
  readonly controllers: ReadonlyMap<number, number>;
  /** Where the other brokers find this one, and where it listens for them; where clients do, unless told. */
  readonly replication?: { readonly port: number; readonly foundAt: number };
  /** A port more, for clients that log in, over TLS. */
  readonly securedPort?: number;
  /** `-Xmx` of its JVM. */
  readonly heap: string;
}

/** A Kafka of ours: KRaft, a node that is broker and controller, on ports and in a folder of its own. */
export class KafkaBroker implements ServerHandle {
  readonly address: string;
  /** A random one (a UUID in URL-safe base64), by which a broker of another stack on an old port can be told. */
  readonly clusterId: string;
  #process: SupervisedProcess;
  #program: KafkaProgram;
  #node: KafkaNode;
  #secured: SecuredListener | undefined;

  private constructor(process: SupervisedProcess, program: KafkaProgram, clusterId: string, node: KafkaNode) {
    this.#process = process;
    this.#program = program;
    this.#node = node;
    this.clusterId = clusterId;
    this.address = `127.0.0.1:${node.port}`;
  }

  /**
   * A cluster of one. Resolves when a client is given the cluster's brokers and topics.
   * @param options `secured`: it listens for clients that log in over TLS too
   * @throws ServerNotReadyError
   */
  static async create(program: KafkaProgram, options: { secured?: boolean } = {}): Promise<KafkaBroker> {
    return retryTakenPort(async () => {
      const [port, controllerPort] = [await freePort(), await freePort()];
      const controllers = new Map([[1, controllerPort]]);
      const secured = options.secured && { securedPort: await freePort() };
      const node = { id: 1, port, controllerPort, controllers, heap: '512m', ...secured };
      const broker = await KafkaBroker.prepare(program, newClusterId(), node);
      try {
        await broker.start();
        return broker;
      } catch (error) {
        await broker.stop();
        throw error;
      }
    });
  }

  /** A node that has its storage and does not run yet: of a cluster, all are to be started together. */
  static async prepare(program: KafkaProgram, clusterId: string, node: KafkaNode): Promise<KafkaBroker> {
    const broker = new KafkaBroker(await SupervisedProcess.create(), program, clusterId, node);
    try {
      await broker.#format();
      return broker;
    } catch (error) {
      await broker.stop();
      throw error;
    }
  }

  /** Where clients log in, and the certificate (PEM) to be trusted there; undefined unless it was to be had. */
  get secured(): { readonly address: string; readonly certificate: string } | undefined {
    const secured = this.#secured;
    return secured && { address: `127.0.0.1:${secured.port}`, certificate: secured.certificate };
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return this.#process.kill(signal);
  }

  exited(): Promise<Exit> {
    return this.#process.exited();
  }

  async start(): Promise<void> {
    await this.#java('kafka.Kafka', this.#properties);
    await untilReady('Kafka', this.#process, async () => {
      const { clusterId, brokers } = await describeKafka([this.address]);
      if (clusterId !== this.clusterId)
        throw new Error(`${this.address} belongs to another cluster, ${clusterId}`);
      if (!brokers.includes(this.address)) throw new Error('the controller does not count on it yet');
    });
  }

  /** Kills it and removes its data. */
  stop(): Promise<void> {
    return this.#process.close();
  }

  get #properties(): string {
    return join(this.#process.folder, 'server.properties');
  }

  async #format(): Promise<void> {
    const { folder } = this.#process;
    const { securedPort } = this.#node;
    if (securedPort) this.#secured = await SecuredListener.create(this.#program, securedPort, folder);
    await writeFile(this.#properties, serverProperties(this.#node, join(folder, 'data'), this.#secured));
    await this.#java(
      'kafka.tools.StorageTool',
      ...['format', '-t', this.clusterId, '-c', this.#properties],
      ...(this.#secured?.formatArguments ?? []),
    );
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
      `-Xmx${this.#node.heap}`,
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

export const newClusterId = (): string => randomBytes(16).toString('base64url').replace(/^-/, 'A');

function serverProperties(node: KafkaNode, dataFolder: string, secured?: SecuredListener): string {
  const { port, controllerPort, replication } = node;
  const local = (name: string, at: number): string => `${name}://127.0.0.1:${at}`;
  return [
    'process.roles=broker,controller',
    `node.id=${node.id}`,
    `controller.quorum.voters=${[...node.controllers].map(([id, at]) => `${id}@127.0.0.1:${at}`).join()}`,
    `listeners=${[
      local('PLAINTEXT', port),
      local('CONTROLLER', controllerPort),
      ...(replication ? [local('REPLICATION', replication.port)] : []),
      ...(secured ? [local('SECURED', secured.port)] : []),
    ].join()}`,
    `advertised.listeners=${[
      local('PLAINTEXT', port),
      // What a controller tells of itself counts more with the others than where they were told to find it.
      local('CONTROLLER', node.controllers.get(node.id)!),
      ...(replication ? [local('REPLICATION', replication.foundAt)] : []),
      ...(secured ? [local('SECURED', secured.port)] : []),
    ].join()}`,
    'controller.listener.names=CONTROLLER',
    `inter.broker.listener.name=${replication ? 'REPLICATION' : 'PLAINTEXT'}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,REPLICATION:PLAINTEXT,SECURED:SASL_SSL',
    ...(secured?.properties ?? []),
    `log.dirs=${dataFolder.replaceAll('\\', '/')}`,
    ...clusterSettings(node.controllers.size).map(([key, value]) => `${key}=${value}`),
    '',
  ].join('\n');
}

/**
 * For a cluster of so many nodes: every topic has a replica on each, and all but one must have what is acknowledged.
 * Internal topics have few partitions, and a group's first member need not wait.
 */
export const clusterSettings = (nodes: number): [string, string][] => {
  const replicas = String(nodes);
  const inSync = String(Math.max(1, nodes - 1));
  return [
    // The services make their topics, with the partitions they need; a misspelt one must fail.
    ['auto.create.topics.enable', 'false'],
    ['default.replication.factor', replicas],
    ['min.insync.replicas', inSync],
    ['offsets.topic.replication.factor', replicas],
    ['offsets.topic.num.partitions', '4'],
    ['transaction.state.log.replication.factor', replicas],
    ['transaction.state.log.min.isr', inSync],
    ['transaction.state.log.num.partitions', '4'],
    ['share.coordinator.state.topic.replication.factor', replicas],
    ['share.coordinator.state.topic.min.isr', inSync],
    ['group.initial.rebalance.delay.ms', '0'],
    // Else the log cleaner alone takes 128 MB of the heap, and the JVM marks what it has every few seconds.
    ['log.cleaner.dedupe.buffer.size', String(8 * 1024 * 1024)],
    // A broker that was killed is taken back only when its former self has timed out: 9 s unless told. Not much shorter,
    // or a busy machine makes the controller give up a broker that lives.
    ['broker.session.timeout.ms', '3000'],
    ['broker.heartbeat.interval.ms', '500'],
  ];
};

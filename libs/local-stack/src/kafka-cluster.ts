import { freePort } from './free-port.js';
import { KafkaBroker, newClusterId } from './kafka-broker.js';
import type { KafkaProgram } from './kafka-program.js';
import { TcpLink } from './tcp-link.js';

const NODES = [1, 2, 3];
/** Three of them, and services, on one machine. */
const HEAP = '256m';

/**
 * Three brokers that are controllers too, each a process of its own. Every topic has a replica on each, and what is
 * acknowledged (`acks=all`) is on two at least. They speak to each other by links that can be cut; clients reach each
 * of them directly.
 */
export class KafkaCluster {
  private constructor(
    readonly brokers: readonly KafkaBroker[],
    /** Of each broker, those to and from it: between controllers in both directions, and from other brokers to it. */
    private readonly links: readonly (readonly TcpLink[])[],
  ) {}

  /** @throws ServerNotReadyError */
  static async create(program: KafkaProgram): Promise<KafkaCluster> {
    const nodes = await Promise.all(
      NODES.map(async (id) => ({
        id,
        port: await freePort(),
        controllerPort: await freePort(),
        replicationPort: await freePort(),
      })),
    );
    const links = NODES.map((): TcpLink[] => []);
    const linked = async (target: number, ...ends: number[]): Promise<number> => {
      const link = await TcpLink.create(target);
      for (const id of ends) links[NODES.indexOf(id)]!.push(link);
      return link.port;
    };
    const clusterId = newClusterId();
    const prepared = await Promise.allSettled(
      nodes.map(async ({ id, port, controllerPort, replicationPort }) => {
        const controllers = new Map<number, number>();
        for (const other of nodes)
          // To itself by a link too: it is there that it tells the others to find it, once it leads them.
          controllers.set(other.id, await linked(other.controllerPort, ...new Set([id, other.id])));
        const replication = { port: replicationPort, foundAt: await linked(replicationPort, id) };
        return KafkaBroker.prepare(program, clusterId, {
          id,
          port,
          controllerPort,
          controllers,
          replication,
          heap: HEAP,
        });
      }),
    );
    const brokers = prepared.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const cluster = new KafkaCluster(brokers, links);
    try {
      for (const one of prepared) if (one.status === 'rejected') throw one.reason;
      await Promise.all(brokers.map((broker) => broker.start()));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Cuts a broker off from the others, or takes it back. Clients reach it all the while. */
  isolate(broker: KafkaBroker, isolated: boolean): void {
    for (const link of this.links[this.brokers.indexOf(broker)]!) link.set(isolated ? 'cut' : 'open');
  }

  /** Kills them and removes their data. */
  async stop(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.stop()));
    await Promise.all([...new Set(this.links.flat())].map((link) => link.close()));
  }
}

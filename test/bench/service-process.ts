import type { Topic } from '#contracts/topic.js';
import { freePort } from '#local-stack/free-port.js';
import { SERVICE_ENVIRONMENT, SERVICE_FLAGS } from '../../apps/demo/src/services.js';
import { Child } from './child.js';
import { type Look, type Seen, watched } from './clock.js';
import { Metrics } from './metrics.js';
import type { Tell } from './row.js';
import { type Setting, uniqueName } from './setting.js';

/** What a service says of itself at one moment. */
export interface ServiceLook extends Look {
  /** Of user and system, since it was started. */
  readonly cpuSeconds: number;
  readonly residentMb: number;
}

/** A service as it is deployed: a process of its own, with the flags of deploy/Dockerfile. */
export class ServiceProcess {
  private constructor(
    private readonly child: Child,
    private readonly port: number,
  ) {}

  static async start(
    setting: Setting,
    service: 'shipments' | 'deals',
    { namespace, database }: { namespace: string; database: string },
  ): Promise<ServiceProcess> {
    const port = await freePort();
    const child = Child.start(
      `apps/${service}/src/main.js`,
      {
        ...SERVICE_ENVIRONMENT,
        KAFKA_BROKERS: setting.stack.kafkaBrokers.join(','),
        MONGODB_URI: setting.stack.mongodbUri,
        // The traffic is of last year: all of it would be overdue.
        OVERDUE_INTERVAL_SECONDS: '0',
        KAFKA_NAMESPACE: namespace,
        MONGODB_DATABASE: database,
        HOST: '127.0.0.1',
        PORT: String(port),
        LOG_LEVEL: 'warn',
      },
      SERVICE_FLAGS,
    );
    return new ServiceProcess(child, port);
  }

  /**
   * The events of one topic whose offsets are committed, by the service's own metrics.
   * @returns undefined before it answers
   * @throws Error when it has ended, or has refused an event: something else would be measured
   */
  async look(topic: string): Promise<ServiceLook | undefined> {
    this.child.check();
    const metrics = await Metrics.of(`http://127.0.0.1:${this.port}`);
    if (!metrics) return undefined;
    const refused = metrics.sum('orebound_dead_letters_total');
    if (refused > 0) throw new Error(`${refused} events were refused`);
    return {
      count: metrics.sum('orebound_events_total', { topic }),
      cpuSeconds: metrics.sum('process_cpu_seconds_total'),
      residentMb: metrics.sum('process_resident_memory_bytes') / 1e6,
    };
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}

/** What of a service's work is looked at. */
export interface Work {
  /** Of the topics that it takes. */
  readonly namespace: string;
  /** One that stays; one of the service's own, which goes with it, where none is given. */
  readonly database?: string;
  /** Whose events count. */
  readonly topic: Topic;
  /** Of these, how many are the warm-up. */
  readonly from: number;
  /** How many there are in all. */
  readonly to: number;
  /** How many processes share it; one unless told. */
  readonly processes?: number;
}

/** Starts a service on what lies on Kafka, looks on until it is done (`watched`), and stops it. */
export async function watchedAtWork(
  setting: Setting,
  service: 'shipments' | 'deals',
  { namespace, database, topic, from, to, processes = 1 }: Work,
  tell: Tell,
): Promise<Seen<ServiceLook>[]> {
  const place = { namespace, database: database ?? uniqueName(service) };
  const started = await Promise.all(
    Array.from({ length: processes }, () => ServiceProcess.start(setting, service, place)),
  );
  try {
    return await watched(() => lookAtAll(started, topic.name), { from, to }, tell);
  } finally {
    await Promise.all(started.map((one) => one.stop()));
    if (database === undefined) await setting.mongo.db(place.database).dropDatabase();
  }
}

/** Several processes of one service, looked at as one; undefined before any of them answers. */
async function lookAtAll(
  services: readonly ServiceProcess[],
  topic: string,
): Promise<ServiceLook | undefined> {
  const looks = (await Promise.all(services.map((service) => service.look(topic)))).filter(
    (look) => look !== undefined,
  );
  if (looks.length < services.length) return undefined;
  const sum = (pick: (look: ServiceLook) => number): number =>
    looks.reduce((total, look) => total + pick(look), 0);
  return {
    count: sum(({ count }) => count),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    residentMb: Math.max(...looks.map(({ residentMb }) => residentMb)),
  };
}

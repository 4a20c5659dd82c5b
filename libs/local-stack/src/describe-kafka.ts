import kafkajs from 'kafkajs';

/** A cluster, as one of its brokers knows it. */
export interface KafkaDescription {
  readonly clusterId: string;
  /** `host:port` of each broker that the controller counts on. */
  readonly brokers: readonly string[];
}

/**
 * The cluster that answers at these addresses. One question, no retry.
 * @throws Error when no broker answers with a live broker and the list of its topics within some 2 s
 */
export async function describeKafka(brokers: string[]): Promise<KafkaDescription> {
  const admin = new kafkajs.Kafka({
    clientId: 'local-stack',
    brokers,
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    if (cluster.brokers.length === 0) throw new Error('no broker has registered with the controller yet');
    await admin.listTopics();
    return {
      clusterId: cluster.clusterId,
      brokers: cluster.brokers.map(({ host, port }) => `${host}:${port}`),
    };
  } finally {
    await admin.disconnect();
  }
}

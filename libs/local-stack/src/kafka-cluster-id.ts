import kafkajs from 'kafkajs';

/**
 * The id of the cluster that answers at these addresses. One question, no retry.
 * @throws Error when no broker answers with a live broker and the list of its topics within some 2 s
 */
export async function kafkaClusterId(brokers: string[]): Promise<string> {
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
    return cluster.clusterId;
  } finally {
    await admin.disconnect();
  }
}

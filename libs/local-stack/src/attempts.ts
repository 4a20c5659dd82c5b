/** One way to come by a server that was tried, and why it failed. */
export interface Attempt {
  way: string;
  reason: string;
}

/** Tries one way after another, and remembers why each failed. */
export class Attempts {
  readonly failed: Attempt[] = [];

  /** What `get` gives, or undefined when it throws, in which case its message is the reason. */
  async try<T>(way: string, get: () => Promise<T>): Promise<T | undefined> {
    try {
      return await get();
    } catch (error) {
      this.fail(way, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  fail(way: string, reason: string): void {
    this.failed.push({ way, reason });
  }
}

/** No Kafka, or no MongoDB, could be had; the message names every way that was tried and the shortest way to get them. */
export class LocalStackUnavailableError extends Error {
  override readonly name = 'LocalStackUnavailableError';

  /** @param missing the servers that could not be had, and what was tried for each */
  constructor(
    readonly missing: { server: 'Kafka' | 'MongoDB'; attempts: Attempt[] }[],
    platform: NodeJS.Platform = process.platform,
  ) {
    const servers = missing.map(({ server }) => server);
    super(
      [
        `No ${servers.join(' and no ')} could be started here.`,
        ...missing.flatMap(({ server, attempts }) => [
          `${server}, tried in this order:`,
          ...attempts.map(({ way, reason }) => `  - ${way}: ${reason.replaceAll('\n', '\n    ')}`),
        ]),
        'The shortest way to get it:',
        ...advice(servers, platform).map((line) => `  ${line}`),
      ].join('\n'),
    );
  }
}

function advice(servers: ('Kafka' | 'MongoDB')[], platform: NodeJS.Platform): string[] {
  const kafka = servers.includes('Kafka');
  const mongodb = servers.includes('MongoDB');
  const lines: string[] = [];
  if (platform === 'linux') {
    const packages = [
      ...(kafka ? ['openjdk-17-jre-headless', 'maven'] : []),
      ...(mongodb ? ['python3-pip'] : []),
    ];
    lines.push(
      `sudo apt-get install -y ${packages.join(' ')}`,
      'or, with Docker: sudo apt-get install -y docker.io',
    );
  } else if (platform === 'darwin') {
    if (kafka) lines.push('brew install openjdk maven');
    if (mongodb) lines.push('brew tap mongodb/brew && brew install mongodb-community');
    lines.push('or, with Docker: brew install --cask docker, and start it');
  } else {
    lines.push('start Docker Desktop, and run this again');
  }
  lines.push('or, with servers that run elsewhere:');
  if (kafka) lines.push('  export KAFKA_BROKERS=host:9092');
  if (mongodb) lines.push("  export MONGODB_URI='mongodb://host:27017/?replicaSet=rs0'");
  return lines;
}

import 'reflect-metadata';
import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  validateSync,
} from 'class-validator';
import mongoose from 'mongoose';

const toInteger = (): PropertyDecorator =>
  Transform(({ value }) =>
    typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : (value as unknown),
  );
const toBoolean = (): PropertyDecorator =>
  Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown)));

/** An integer of the environment, `min` to `max`. */
export const Integer =
  (min: number, max: number): PropertyDecorator =>
  (target, property) => {
    for (const decorate of [IsInt(), Min(min), Max(max), toInteger()]) decorate(target, property as string);
  };

/** `true` or `false`. */
export const Flag = (): PropertyDecorator => (target, property) => {
  for (const decorate of [IsBoolean(), toBoolean()]) decorate(target, property as string);
};

/** What the driver takes for a URI. Left to it at the first connection, a mistake would look like a MongoDB that is away. */
const ConnectionString = (): PropertyDecorator =>
  ValidateBy({
    name: 'isConnectionString',
    validator: { validate: isConnectionString, defaultMessage: () => 'MONGODB_URI must be a URI of MongoDB' },
  });

const isConnectionString = (uri: unknown): boolean => {
  try {
    void new mongoose.mongo.MongoClient(uri as string);
    return true;
  } catch {
    return false;
  }
};

/**
 * What every service is configured by, one environment variable each, named after the property in capitals:
 * `kafkaBrokers` is KAFKA_BROKERS. Read once, at start, then frozen.
 */
export abstract class ServiceConfig {
  /** The service's name: its consumer group, its database unless told otherwise, the owner of its dead letters. */
  abstract readonly service: string;

  /** Where to listen. */
  abstract readonly port: number;
  @IsString() readonly host: string = '0.0.0.0';

  /** Brokers to begin with, `host:port`, separated by commas. Required. */
  @Matches(/^[^\s,:]+:\d{1,5}(?:,[^\s,:]+:\d{1,5})*$/, {
    message: 'KAFKA_BROKERS must be host:port, separated by commas',
  })
  readonly kafkaBrokers!: string;
  @Flag() readonly kafkaSsl: boolean = false;
  @IsOptional() @IsIn(['plain', 'scram-sha-256', 'scram-sha-512']) readonly kafkaSaslMechanism?:
    'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined;
  @ValidateIf((config: ServiceConfig) => config.kafkaSaslMechanism !== undefined)
  @IsNotEmpty()
  readonly kafkaUsername?: string | undefined;
  @ValidateIf((config: ServiceConfig) => config.kafkaSaslMechanism !== undefined)
  @IsNotEmpty()
  readonly kafkaPassword?: string | undefined;
  /** Put before the name of every topic and group, where several installations share a cluster. Changing it begins anew. */
  @Matches(/^[A-Za-z0-9._-]{0,100}$/) readonly kafkaNamespace: string = '';

  /** A replica set's or sharded cluster's URI. Required; a lone mongod cannot give majority writes. */
  @ConnectionString()
  readonly mongodbUri!: string;
  @Matches(/^[A-Za-z0-9_-]{0,60}$/) readonly mongodbDatabase: string = '';

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']) readonly logLevel: string = 'info';

  /**
   * Messages read, folded and written at once, at most. More make a write cheaper, need more memory, and, where subjects do
   * not go apart, make a repeat after a crash longer.
   */
  @Integer(1, 5_000) readonly batchSize: number = 2_500;
  /**
   * Partitions handled at once by one instance. kafkajs fetches anew only when all that it fetched last is handled, so
   * with fewer than the service has, an event waits for several batches in a row. What is in hand is bounded by a fetch.
   */
  @Integer(1, 64) readonly concurrency: number = 6;
  /**
   * After so long without a heartbeat, Kafka gives a dead instance's partitions to the others. Shorter fails over
   * sooner, and takes an instance that merely hangs for dead sooner. The broker's own limits apply (6 s and up).
   */
  @Integer(6_000, 300_000) readonly sessionTimeoutMs: number = 9_000;
  /** The largest HTTP body, in bytes. */
  @Integer(1_024, 16 * 1024 * 1024) readonly bodyLimit: number = 1024 * 1024;
  /** How long a client may take to send a request. Longer, and slow clients hold more connections. */
  @Integer(1_000, 300_000) readonly requestTimeoutMs: number = 30_000;
}

const variableOf = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** What is wrong with the environment: all of it, not only the first. */
export class InvalidConfiguration extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`the environment is not as it must be:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidConfiguration';
  }
}

/**
 * Reads a service's configuration from the environment, checked and frozen.
 * @throws InvalidConfiguration with every fault.
 */
export function loadConfig<C extends ServiceConfig>(
  type: new () => C,
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<C> {
  const given: Record<string, string> = {};
  for (const property of Object.keys(new type())) {
    const value = environment[variableOf(property)];
    if (value !== undefined && value !== '') given[property] = value;
  }
  const config = plainToInstance(type, given, { exposeDefaultValues: true });
  const problems = validateSync(config, { stopAtFirstError: true }).flatMap(
    ({ property, constraints, value }) =>
      value === undefined
        ? [`${variableOf(property)} is missing`]
        : Object.values(constraints ?? {}).map(
            (text) => `${text.replace(property, variableOf(property))} (it is ${shown(property, value)})`,
          ),
  );
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return Object.freeze(config);
}

const shown = (property: string, value: unknown): string =>
  /password|uri/i.test(property) ? 'not shown' : JSON.stringify(value);

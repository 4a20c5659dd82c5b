import {
  type DynamicModule,
  Global,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import pino from 'pino';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Topic } from '#contracts/topic.js';
import { KafkaBatchServer } from '#messaging/batch-server.js';
import { ConsumerState } from '#messaging/consumer-state.js';
import { KafkaClient } from '#messaging/kafka-client.js';
import { TransportMetrics } from '#messaging/metrics.js';
import type { ServiceConfig } from './config.js';
import { Dependencies } from './dependencies.js';
import { HealthController } from './health.controller.js';
import { Intake } from './intake.js';
import { Database } from './database.js';

/** The service's configuration. */
export const CONFIG = Symbol('config');

/** What every service is made of, beside its own capabilities: connections, transport, health, metrics, logs. */
@Global()
@Module({})
export class ServiceModule implements OnApplicationBootstrap, OnApplicationShutdown {
  /** @param topics every topic that the service reads or writes; they are created where they are missing */
  static for(config: ServiceConfig, topics: readonly Topic[]): DynamicModule {
    const log = pino({ level: config.logLevel, base: { service: config.service } });
    const registry = new Registry();
    registry.setDefaultLabels({ service: config.service });
    collectDefaultMetrics({ register: registry });
    const state = new ConsumerState();
    const metrics = new TransportMetrics(registry);
    const client = new KafkaClient({
      brokers: config.kafkaBrokers.split(','),
      clientId: `orebound-${config.service}`,
      namespace: config.kafkaNamespace,
      log,
      ssl: config.kafkaSsl,
      ...(config.kafkaSaslMechanism && {
        sasl: {
          mechanism: config.kafkaSaslMechanism,
          username: config.kafkaUsername!,
          password: config.kafkaPassword!,
        },
      }),
    });
    const database = new Database(config, log);
    const server = new KafkaBatchServer({
      service: config.service,
      client,
      state,
      metrics,
      log,
      batchSize: config.batchSize,
      concurrency: config.concurrency,
      sessionTimeoutMs: config.sessionTimeoutMs,
      topics,
    });
    const dependencies = new Dependencies(
      { kafka: () => client.ping(), mongodb: () => database.ping() },
      (name) => {
        if (name === 'kafka') state.kafkaAnswered();
      },
    );
    new Gauge({
      name: 'orebound_dependency_up',
      help: 'Whether what the service needs answers: 1 or 0.',
      labelNames: ['dependency'],
      registers: [registry],
      collect() {
        for (const { name, up } of dependencies.all) this.set({ dependency: name }, up ? 1 : 0);
      },
    });
    return {
      module: ServiceModule,
      imports: [
        LoggerModule.forRoot({ pinoHttp: { logger: log, autoLogging: false, quietReqLogger: true } }),
      ],
      controllers: [HealthController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: Database, useValue: database },
        { provide: KafkaClient, useValue: client },
        { provide: KafkaBatchServer, useValue: server },
        { provide: ConsumerState, useValue: state },
        { provide: Registry, useValue: registry },
        { provide: Dependencies, useValue: dependencies },
        { provide: Intake, useValue: new Intake(client) },
      ],
      exports: [CONFIG, Database, KafkaClient, KafkaBatchServer, Registry, Intake],
    };
  }

  constructor(
    private readonly database: Database,
    private readonly client: KafkaClient,
    private readonly dependencies: Dependencies,
  ) {}

  onApplicationBootstrap(): void {
    this.database.open();
    this.dependencies.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.dependencies.stop();
    await this.client.close();
    await this.database.close();
  }
}

import { type INestMicroservice, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Registry } from 'prom-client';
import { Database } from '#service/database.js';
import { Dependencies } from '#service/dependencies.js';
import { type Readiness, readiness } from '#service/health.js';
import type { Step } from '../batch-in-hand.js';
import { KafkaBatchServer } from '../batch-server.js';
import { ConsumerState } from '../consumer-state.js';
import { HandlerErrors } from '../handler-errors.js';
import { History } from '../history.js';
import { KafkaClient } from '../kafka-client.js';
import type { Log } from '../log.js';
import { TransportMetrics } from '../metrics.js';
import { Projection } from '../projection.js';
import {
  type AddedEvent,
  type Counter,
  type CounterDocument,
  type Counters,
  countersConsumer,
  evolve,
  SERVICE,
  TOPICS,
} from './counters.js';

/** Which servers, topics and database. Sent to child processes, so plain data. */
export interface CounterPlace {
  readonly brokers: readonly string[];
  readonly mongodbUri: string;
  readonly namespace: string;
  readonly database: string;
}

export interface CounterSettings {
  readonly batchSize?: number;
  readonly concurrency?: number;
  readonly sessionTimeoutMs?: number;
  readonly stalledAfterMs?: number;
  readonly fetchBytes?: number;
  /** Whether the counters go apart (`takes`). */
  readonly subjectsApart?: boolean;
  /** Whether what is on its way out is kept in an outbox, as where a history has not all; else it follows from the history. */
  readonly outbox?: boolean;
}

/** What a test may put in its way. */
export interface CounterSeams {
  readonly reached?: (step: Step) => void | Promise<void>;
  readonly around?: (counters: Counters) => Counters;
  readonly consumers?: (counters: Counters) => Type[];
}

/** The counters service: everything that a service of Orebound has but HTTP. */
export class CounterService {
  private constructor(
    private readonly app: INestMicroservice,
    readonly client: KafkaClient,
    readonly state: ConsumerState,
    private readonly dependencies: Dependencies,
    private readonly database: Database,
    readonly registry: Registry,
    readonly logged: readonly string[],
  ) {}

  static async start(
    place: CounterPlace,
    settings: CounterSettings = {},
    seams: CounterSeams = {},
  ): Promise<CounterService> {
    const logged: string[] = [];
    const log = keepIn(logged);
    const state = new ConsumerState();
    const registry = new Registry();
    const client = new KafkaClient({
      brokers: place.brokers,
      clientId: `counters-${process.pid}`,
      namespace: place.namespace,
      log,
    });
    const database = new Database(
      { mongodbUri: place.mongodbUri, mongodbDatabase: place.database, service: SERVICE },
      log,
    );
    const projection = new Projection<Counter, AddedEvent>({
      collection: database.collection<CounterDocument>('counters'),
      source: '/counters',
      evolve,
      history: {
        of: new History(database.collection('counters.history')),
        ...(settings.outbox && { keeps: () => true }),
      },
    });
    const counters = seams.around?.(projection) ?? projection;
    const strategy = new KafkaBatchServer(
      {
        service: SERVICE,
        client,
        state,
        metrics: new TransportMetrics(registry),
        log,
        batchSize: settings.batchSize ?? 50,
        concurrency: settings.concurrency ?? 3,
        sessionTimeoutMs: settings.sessionTimeoutMs ?? 6_000,
        ...(settings.stalledAfterMs !== undefined && { stalledAfterMs: settings.stalledAfterMs }),
        ...(settings.fetchBytes !== undefined && { fetchBytes: settings.fetchBytes }),
        topics: TOPICS,
      },
      seams.reached,
    );
    const dependencies = new Dependencies(
      { kafka: () => client.ping(), mongodb: () => database.ping() },
      (name) => {
        if (name === 'kafka') state.kafkaAnswered();
      },
    );

    class CountersModule {}
    Module({
      controllers: seams.consumers?.(counters) ?? [countersConsumer(counters, settings.subjectsApart)],
    })(CountersModule);
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(CountersModule, {
      strategy,
      logger: false,
      abortOnError: false,
    });
    app.useGlobalFilters(new HandlerErrors());
    const service = new CounterService(app, client, state, dependencies, database, registry, logged);
    database.open();
    dependencies.start();
    try {
      await app.listen();
    } catch (error) {
      await service.stop();
      throw error;
    }
    return service;
  }

  get readiness(): Readiness {
    return readiness(this.dependencies.all, this.state, new Date());
  }

  /** As a service stops on SIGTERM. */
  async stop(): Promise<void> {
    this.dependencies.stop();
    await this.app.close();
    await this.client.close();
    await this.database.close();
  }
}

const keepIn = (logged: string[]): Log => {
  const keep =
    (level: string) =>
    (fields: object, message: string): void => {
      const text = `${new Date().toISOString()} ${process.pid} ${level} ${message} ${JSON.stringify(fields)}`;
      logged.push(text);
      if (process.env['COUNTERS_LOG']) process.stderr.write(`${text}\n`);
    };
  return { debug: () => undefined, info: keep('info'), warn: keep('warn'), error: keep('error') };
};

import type { Server } from 'node:http';
import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestMicroservice } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Logger, PinoLogger } from 'nestjs-pino';
import { Registry } from 'prom-client';
import { RefusedEvent } from '#contracts/fault.js';
import { KafkaBatchServer } from '#messaging/batch-server.js';
import { HandlerErrors } from '#messaging/handler-errors.js';
import { AnswerInTime } from './answer-in-time.js';
import { InvalidConfiguration, loadConfig, type ServiceConfig } from './config.js';
import { measureRequests } from './http-metrics.js';
import { type About, openApiOf } from './openapi.js';
import { ProblemFilter, problemOf, refuseConnection, sendProblem } from './problem.js';
import { queryPipe } from './query-pipe.js';
import { Routes } from './routes.js';
import { putV8ThreadsBehind } from './v8-threads.js';

const STOP_WITHIN_MS = 10_000;
/** Who asked before gets an answer: every door and every query gives one within 5 s. */
const CLIENTS_STAY_MS = 6_000;
const SLOW_CLIENTS_EVERY_MS = 1_000;

/** The page names the service, not what draws it, and is not wider than a phone. */
const PAGE_STYLE = `
  .swagger-ui .topbar { display: none }
  .swagger-ui .parameters-container, .swagger-ui .responses-inner { overflow-x: auto }
`;

/** Builds a service's application: HTTP and transport, not yet listening. */
export async function createService(
  module: Type | DynamicModule,
  config: ServiceConfig,
  about: About,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: config.bodyLimit,
    requestTimeout: config.requestTimeoutMs,
    // Node takes the shorter of the two for the headers', and by itself gives the headers 60 s.
    http: { headersTimeout: config.requestTimeoutMs, connectionsCheckingInterval: SLOW_CLIENTS_EVERY_MS },
    clientErrorHandler: refuseConnection,
    return503OnClosing: false, // what is asked on a connection that is still open is answered
    routerOptions: { maxParamLength: 200 },
    // What is refused before it has a route: a URL that is none, a parameter that is too long.
    frameworkErrors: (error: Error, _request: unknown, reply: unknown) =>
      void sendProblem(reply as FastifyReply, problemOf(error)),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    bodyParser: false,
  });
  app.useLogger(app.get(Logger));

  // Every body is read as bytes, bounded; the door it goes to decides what the bytes are.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding === 'identity') return done(null, body);
    done(new RefusedEvent('unsupported-content-type', `send the body as it is, not as ${encoding}`));
  });

  const routes = new Routes();
  fastify.addHook('onRoute', (route) => routes.add(route));
  measureRequests(fastify as unknown as FastifyInstance, app.get(Registry));

  app.useGlobalPipes(queryPipe);
  app.useGlobalInterceptors(new AnswerInTime());
  app.useGlobalFilters(new ProblemFilter(await app.resolve(PinoLogger), routes, config.bodyLimit));
  const transport = app.connectMicroservice(
    { strategy: app.get(KafkaBatchServer) },
    { inheritAppConfig: false, deferInitialization: true }, // so that the filter is there before the handlers
  ) as NestMicroservice;
  transport.useGlobalFilters(new HandlerErrors());
  // The application calls the hooks of all that both are made of; called twice, everything would be started twice.
  transport.setIsInitHookCalled(true);

  SwaggerModule.setup('docs', app, openApiOf(app, about), {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: about.title,
    customCss: PAGE_STYLE,
    swaggerOptions: { tryItOutEnabled: true, defaultModelRendering: 'model' },
  });
  // Who gives a browser the service's address alone looks for the page.
  fastify.get('/', (_, reply) => reply.redirect('/docs'));
  return app;
}

/** A service's `main`: reads the environment, starts, and stops gracefully on SIGTERM and SIGINT. */
export async function startService<C extends ServiceConfig>(
  type: new () => C,
  module: (config: Readonly<C>) => Type | DynamicModule,
  about: About,
): Promise<void> {
  let config: Readonly<C>;
  try {
    config = loadConfig(type);
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(78); // EX_CONFIG
  }
  putV8ThreadsBehind();
  const app = await createService(module(config), config, about);
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return; // told by a signal and by the parent's end, say
    stopping = true;
    const log = app.get(Logger);
    log.log(`${signal}: stopping`);
    setTimeout(() => {
      log.error(`not all has ended within ${STOP_WITHIN_MS / 1_000} s: what is in hand is left to the next`);
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    setTimeout(() => (app.getHttpServer() as Server).closeAllConnections(), CLIENTS_STAY_MS).unref();
    // Nest closes the transport behind HTTP, where a client that hangs would keep the consumer from leaving its group.
    void Promise.all([app.get(KafkaBatchServer).close(), app.close()]).then(() => process.exit(0));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  // Started by another process with a channel to it, a service does not outlive that process.
  process.once('disconnect', () => stop('SIGTERM'));
  await app.listen(config.port, config.host);
  await app.startAllMicroservices();
  app.get(Logger).log(`${config.service} listens on ${await app.getUrl()}`);
}

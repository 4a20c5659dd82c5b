import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** How long every request takes, by its route as it is declared: paths themselves are the callers', and without end. */
export function measureRequests(fastify: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'orebound_http_request_seconds',
    help: 'Time from a request to its answer sent; route is none where no route is of this address and method.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    seconds.observe(
      { method, route: routeOptions.url ?? 'none', status: reply.statusCode },
      reply.elapsedTime / 1_000,
    );
    done();
  });
}

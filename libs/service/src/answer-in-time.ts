import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Observable, throwError, timeout } from 'rxjs';
import { ProblemError } from './problem.js';

const WITHIN_MS = 5_000;

/**
 * Answers every query in time, be it with a problem. A MongoDB that hangs closes no connection, and the driver would
 * wait for it until its sockets are given up, twice over: the better part of a minute.
 */
export class AnswerInTime implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method } = context.switchToHttp().getRequest<FastifyRequest>();
    if (method !== 'GET' && method !== 'HEAD') return next.handle();
    const away = (): Observable<never> =>
      throwError(() => new ProblemError('database-away', 'the database does not answer; ask again later'));
    return next.handle().pipe(timeout({ first: WITHIN_MS, with: away }));
  }
}

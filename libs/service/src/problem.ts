import type { Socket } from 'node:net';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  NotFoundException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PinoLogger } from 'nestjs-pino';
import { Fault, RefusedEvent, type RefusalCode } from '#contracts/fault.js';
import { OneOf, Optional } from '#contracts/fields.js';
import { traceOfRequest } from '#messaging/trace.js';
import type { Routes } from './routes.js';
import { Described, ManyOf } from './view-fields.js';

/**
 * Every code that a problem may have, with the status that it is answered with and what it means, in a few words that
 * do not change from one occurrence to the next (RFC 9457, 3.1.3). docs/errors.md says what to do about each.
 */
export const PROBLEMS = {
  'not-a-cloudevent': [400, 'Not a CloudEvent'],
  'malformed-json': [400, 'Not JSON'],
  'invalid-envelope': [400, 'The attributes of a CloudEvent are not as they must be'],
  'unsupported-content-type': [415, 'Not a content type that is taken here'],
  'too-large': [413, 'More than is taken at once'],
  'unknown-type': [422, 'Not a type of event that is taken here'],
  'invalid-data': [422, 'The data does not hold to its contract'],
  'fold-failed': [500, 'The event could not be applied'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used for another request'],
  'limit-reached': [409, 'As many as may be are there already'],
  unmatched: [422, 'No shipment is known by its references'],
  'already-matched': [409, 'It is of a shipment already'],
  'document-too-large': [422, 'More history than is kept of one entity'],
  'invalid-query': [400, 'The query is not as it must be'],
  'not-found': [404, 'Not known here'],
  'method-not-allowed': [405, 'Not a method of this address'],
  'bad-request': [400, 'The request is not as HTTP has it'],
  'kafka-away': [503, 'Kafka does not answer'],
  'database-away': [503, 'The database does not answer'],
  'query-too-slow': [503, 'The query takes longer than a query may'],
  internal: [500, 'Something went wrong here'],
} as const satisfies Readonly<
  Record<RefusalCode, readonly [number, string]> & Record<string, readonly [number, string]>
>;
export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** An error as every service answers it: problem details (RFC 9457), with a stable code and a pointer to each fault. */
export class Problem {
  @Described({ type: 'string', format: 'uri', description: '`urn:orebound:problem:` and the code' })
  readonly type!: string;
  @Described({ type: 'string', description: 'what the code means' }) readonly title!: string;
  @Described({ type: 'integer', minimum: 400, maximum: 599, description: 'the HTTP status' })
  readonly status!: number;
  @OneOf(PROBLEM_CODES, 'what decides what to do about it') readonly code!: ProblemCode;
  @Optional()
  @Described({ type: 'string', description: 'words for a person, of this occurrence' })
  readonly detail?: string;
  /** What is wrong, and where in what was sent. */
  @Optional() @ManyOf(() => Fault) readonly errors?: readonly Fault[];
}

/** A problem that a controller answers with. */
export class ProblemError extends Error {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly errors?: readonly Fault[],
  ) {
    super(detail);
    this.name = 'ProblemError';
  }
}

/** The codes of what Nest and Fastify refuse before one of ours sees it. */
const CODES: Readonly<Record<number, ProblemCode>> = {
  404: 'not-found',
  413: 'too-large',
  415: 'unsupported-content-type',
};

/** @param status another than the code's own, where HTTP knows it more exactly */
const problem = (
  code: ProblemCode,
  detail: string,
  errors?: readonly Fault[],
  status: number = PROBLEMS[code][0],
): Problem => ({
  type: `urn:orebound:problem:${code}`,
  title: PROBLEMS[code][1],
  status,
  code,
  detail,
  ...(errors && errors.length > 0 && { errors }),
});

const RETRY_AFTER_SECONDS = '5';

const MONGO_AWAY =
  /^(?:Mongo(?:Network|ServerSelection|NotConnected|TopologyClosed|Operation|PoolClear)|MongooseServerSelection)/;
/** What a server answers that is shutting down, or is no longer or not yet the primary. */
const MONGO_NOT_PRIMARY = new Set([91, 189, 10107, 11600, 11602, 13435, 13436]);

/** The server's code for a query that was ended because it took longer than it was given. */
const MONGO_TOO_SLOW = 50;

const isMongoAway = (error: unknown): boolean =>
  error instanceof Error &&
  (MONGO_AWAY.test(error.name) ||
    (error.name === 'MongoServerError' && MONGO_NOT_PRIMARY.has((error as { code?: number }).code ?? 0)) ||
    // A request written to a connection that the server had just ended; the driver lets it through as it is.
    (error as { code?: unknown }).code === 'EPIPE' ||
    // Never connected yet since the start, mongoose does not ask the driver, and has no class for it.
    (error.name === 'MongooseError' && error.message.includes('before initial connection')));

const isTooSlow = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === 'MongoServerError' &&
  (error as { code?: number }).code === MONGO_TOO_SLOW;

/** The problem that an error is answered as. What is not expected becomes a bare 500: its words may hold secrets. Pure. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RefusedEvent) return problem(error.code, error.message, error.faults);
  if (error instanceof ProblemError) return problem(error.code, error.message, error.errors);
  if (isMongoAway(error))
    return problem('database-away', 'the database does not answer; events are still taken in');
  if (isTooSlow(error))
    return problem('query-too-slow', 'the query takes too long; ask for less, or again later');
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : (error as { statusCode?: number } | null | undefined)?.statusCode;
  if (status !== undefined && status >= 400 && status < 500)
    return problem(CODES[status] ?? 'bad-request', (error as Error).message, undefined, status);
  return problem('internal', 'something went wrong here; it has been logged');
}

export const sendProblem = (reply: FastifyReply, answer: Problem): void =>
  void reply
    .status(answer.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(answer));

/** What Node's HTTP server refuses before it is a request, by the code of its error. */
const UNREAD: Readonly<Record<string, readonly [number, string, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'the request took too long to come'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'the headers are too large'],
};

/** Answers, on the connection itself, what is not even a request, and ends the connection. */
export function refuseConnection({ code = '' }: { code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, words, detail] = UNREAD[code] ?? [400, 'Bad Request', 'it is no HTTP request'];
  const body = JSON.stringify(problem('bad-request', detail, undefined, status));
  const headers = `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.write(`HTTP/1.1 ${status} ${words}\r\n${headers}\r\nconnection: close\r\n\r\n${body}`);
  socket.destroySoon();
}

const notAllowed = (method: string, allowed: readonly string[]): ProblemError =>
  new ProblemError('method-not-allowed', `this address takes ${allowed.join(', ')}; not ${method}`);

@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** @param bodyLimit the largest body that is taken, in bytes */
  constructor(
    private readonly log: PinoLogger,
    private readonly routes: Routes,
    private readonly bodyLimit: number,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    // No route is Nest's own exception; what a controller does not find is a `ProblemError`.
    const allowed =
      error instanceof NotFoundException ? this.routes.methodsOf(request.url.replace(/\?.*$/s, '')) : [];
    const answer = problemOf(this.inOurWords(error, allowed, request.method));
    if (allowed.length > 0) void reply.header('allow', allowed.join(', ')); // RFC 9110, 15.5.6
    const about = { ...traceOfRequest(request), method: request.method, url: request.url };
    if (answer.status === 503) this.log.warn({ ...about, code: answer.code }, 'a request is put off');
    else if (answer.status >= 500) this.log.error({ ...about, err: error }, 'a request failed');
    else this.log.info({ ...about, code: answer.code, errors: answer.errors }, 'a request is refused');
    if (answer.status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
    sendProblem(reply, answer);
  }

  /** What Nest and Fastify say less of than whoever sent it has to know. */
  private inOurWords(error: unknown, allowed: readonly string[], method: string): unknown {
    if (allowed.length > 0) return notAllowed(method, allowed);
    // Fastify's own refusal, in Nest's class; ours are never of it.
    const isBodyTooLarge = error instanceof HttpException && error.getStatus() === 413;
    return isBodyTooLarge
      ? new ProblemError('too-large', `a request's body is at most ${this.bodyLimit} bytes`)
      : error;
  }
}

import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PinoLogger } from 'nestjs-pino';
import { type Fault, RefusedEvent, type RefusalCode } from '#contracts/fault.js';
import { traceOfRequest } from '#messaging/trace.js';

/** An error as every service answers it: problem details (RFC 9457), with a stable code and a pointer to each fault. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
}

/** A problem that a controller answers with. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly options: { errors?: readonly Fault[]; retryAfterSeconds?: number } = {},
  ) {
    super(detail);
    this.name = 'ProblemError';
  }
}

const STATUS: Readonly<Record<RefusalCode, number>> = {
  'not-a-cloudevent': 400,
  'malformed-json': 400,
  'invalid-envelope': 400,
  'unsupported-content-type': 415,
  'too-large': 413,
  'unknown-type': 422,
  'invalid-data': 422,
  'fold-failed': 500,
  'document-too-large': 422,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The codes of what Nest and Fastify refuse before one of ours sees it. */
const CODES: Readonly<Record<number, string>> = {
  404: 'not-found',
  413: 'too-large',
  415: 'unsupported-content-type',
};

const problem = (status: number, code: string, detail?: string, errors?: readonly Fault[]): Problem => ({
  type: `urn:orebound:problem:${code}`,
  title: TITLES[status] ?? 'Error',
  status,
  code,
  ...(detail !== undefined && { detail }),
  ...(errors && errors.length > 0 && { errors }),
});

const MONGO_AWAY =
  /^(?:Mongo(?:Network|ServerSelection|NotConnected|TopologyClosed|Operation|PoolClear)|MongooseServerSelection)/;
/** What a server answers that is shutting down, or is no longer or not yet the primary. */
const MONGO_NOT_PRIMARY = new Set([91, 189, 10107, 11600, 11602, 13435, 13436]);

const isMongoAway = (error: unknown): boolean =>
  error instanceof Error &&
  (MONGO_AWAY.test(error.name) ||
    (error.name === 'MongoServerError' && MONGO_NOT_PRIMARY.has((error as { code?: number }).code ?? 0)) ||
    // Never connected yet since the start, mongoose does not ask the driver, and has no class for it.
    (error.name === 'MongooseError' && error.message.includes('before initial connection')));

/** The problem that an error is answered as. What is not expected becomes a bare 500: its words may hold secrets. Pure. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RefusedEvent)
    return problem(STATUS[error.code], error.code, error.message, error.faults);
  if (error instanceof ProblemError)
    return problem(error.status, error.code, error.message, error.options.errors);
  if (isMongoAway(error))
    return problem(503, 'database-away', 'the database does not answer; events are still taken in');
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : (error as { statusCode?: number } | null | undefined)?.statusCode;
  if (status !== undefined && status >= 400 && status < 500)
    return problem(status, CODES[status] ?? 'bad-request', (error as Error).message);
  return problem(500, 'internal', 'something went wrong here; it has been logged');
}

export const sendProblem = (reply: FastifyReply, answer: Problem): void =>
  void reply
    .status(answer.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(answer));

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: PinoLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const answer = problemOf(error);
    const request = http.getRequest<FastifyRequest>();
    const about = { ...traceOfRequest(request), method: request.method, url: request.url };
    if (answer.status === 503) this.log.warn({ ...about, code: answer.code }, 'a request is put off');
    else if (answer.status >= 500) this.log.error({ ...about, err: error }, 'a request failed');
    else this.log.info({ ...about, code: answer.code, errors: answer.errors }, 'a request is refused');
    if (answer.status === 503)
      void reply.header('retry-after', String((error as ProblemError).options?.retryAfterSeconds ?? 5));
    sendProblem(reply, answer);
  }
}

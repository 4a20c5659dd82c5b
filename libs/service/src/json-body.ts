import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isJson, parseJson } from '#contracts/cloudevent.js';
import { RefusedEvent } from '#contracts/fault.js';

/** The request's body as it came; every content type is read as bytes, and who takes it decides what they are. */
export const RawBody = createParamDecorator((_: unknown, context: ExecutionContext): Buffer => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
});

/** The request's body as JSON. @throws RefusedEvent `unsupported-content-type` or `malformed-json`. */
export const JsonBody = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const contentType = request.headers['content-type'];
  if (!isJson(contentType))
    throw new RefusedEvent('unsupported-content-type', `send application/json, not ${contentType}`);
  return parseJson(Buffer.isBuffer(request.body) ? request.body : '');
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadRequestException, NotFoundException } from '@nestjs/common';
import mongoose from 'mongoose';
import { REFUSAL_CODES, RefusedEvent } from '#contracts/fault.js';
import { PROBLEM_CODES, ProblemError, problemOf } from './problem.js';

const { MongoNetworkError, MongoServerError, MongoServerSelectionError } = mongoose.mongo;

describe('an error is answered', () => {
  it.each([
    ['not-a-cloudevent', 400],
    ['malformed-json', 400],
    ['invalid-envelope', 400],
    ['unsupported-content-type', 415],
    ['too-large', 413],
    ['unknown-type', 422],
    ['invalid-data', 422],
    ['document-too-large', 422],
    ['idempotency-key-reused', 422],
    ['fold-failed', 500],
  ] as const)('of an event refused as %s with %i', (code, status) => {
    expect(problemOf(new RefusedEvent(code, 'why'))).toMatchObject({ status, code, detail: 'why' });
  });

  it('with a type, a title, a stable code, and a pointer to each fault', () => {
    const faults = [
      { pointer: '/data/milestone', code: 'not-allowed' as const, message: 'must be one of …' },
    ];
    expect(problemOf(new RefusedEvent('invalid-data', 'the data is not valid', faults))).toEqual({
      type: 'urn:orebound:problem:invalid-data',
      title: 'The data does not hold to its contract',
      status: 422,
      code: 'invalid-data',
      detail: 'the data is not valid',
      errors: faults,
    });
  });

  it('of a controller with what it says', () => {
    expect(problemOf(new ProblemError('not-found', 'no such deal'))).toMatchObject({
      status: 404,
      code: 'not-found',
    });
  });

  it.each([
    new MongoNetworkError('connection 3 to 10.0.0.7:27017 closed'),
    new MongoServerSelectionError('timed out', {} as never),
    new MongoServerError({ message: 'not primary', code: 10107 }),
    Object.assign(new Error('the operation timed out'), { name: 'MongoOperationTimeoutError' }),
    Object.assign(new Error('write EPIPE 10.0.0.7:27017'), { code: 'EPIPE' }),
    new mongoose.Error(
      'Cannot call `deals.findOne()` before initial connection is complete if `bufferCommands = false`.',
    ),
  ])('with 503 while MongoDB is away, without its address: %s', (error) => {
    const answer = problemOf(error);
    expect(answer).toMatchObject({ status: 503, code: 'database-away' });
    expect(JSON.stringify(answer)).not.toContain('27017');
  });

  it('with 503 where MongoDB has ended what took too long', () => {
    const ended = new MongoServerError({ message: 'operation exceeded time limit', code: 50 });
    expect(problemOf(ended)).toMatchObject({ status: 503, code: 'query-too-slow' });
  });

  it('with 500 where MongoDB says that we have asked nonsense', () => {
    expect(problemOf(new MongoServerError({ message: 'unknown operator', code: 2 })).status).toBe(500);
  });

  it.each([
    [404, 'not-found', new NotFoundException()],
    [400, 'bad-request', new BadRequestException()],
    [413, 'too-large', Object.assign(new Error('x'), { statusCode: 413 })],
    [415, 'unsupported-content-type', Object.assign(new Error('x'), { statusCode: 415 })],
    [414, 'bad-request', Object.assign(new Error('x'), { statusCode: 414 })],
  ])('with %i and %s where Nest or Fastify refuses', (status, code, error) => {
    expect(problemOf(error)).toMatchObject({ status, code });
  });

  it.each([
    new Error('mongodb://me:hunter2@db'),
    'hunter2',
    undefined,
    null,
    { statusCode: 200, message: 'hunter2' },
  ])('with a bare 500 where it is not expected, since its words may hold secrets: %s', (error) => {
    const answer = problemOf(error);
    expect(answer).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });
});

it('every code that only HTTP has, and no other, is in docs/errors.md, with what to do about it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/errors.md'), 'utf8');
  const section = page.split(/^## /mu).find((each) => each.startsWith('Codes of HTTP alone'))!;
  const told = [...section.matchAll(/^\| `([a-z-]+)` \| .+ \| .+ \|$/gmu)].map(([, code]) => code);
  const refusals: readonly string[] = REFUSAL_CODES;
  expect(told.sort()).toEqual(PROBLEM_CODES.filter((code) => !refusals.includes(code)).sort());
});

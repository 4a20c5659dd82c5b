import { Transform } from 'class-transformer';
import { IsOptional, Max } from 'class-validator';
import { Id, Mineral, Timestamp } from '#contracts/fields.js';
import type { ProblemError } from './problem.js';
import { queryPipe } from './query-pipe.js';

class Query {
  @IsOptional() @Id() deal?: string;
  @IsOptional() @Mineral() mineral?: string;
  @IsOptional() @Timestamp() since?: string;
  @Max(500) @Transform(({ value }) => Number(value)) limit: number = 50;
}

async function faultsOf(query: object): Promise<unknown> {
  try {
    await queryPipe.transform(query, { type: 'query', metatype: Query });
    return [];
  } catch (error) {
    return (error as ProblemError).errors;
  }
}

describe('a query', () => {
  it('is taken as it must be', async () => {
    expect(await faultsOf({ deal: 'DEAL-1', since: '2025-10-02T09:40:00-05:00', limit: '5' })).toEqual([]);
  });

  it.each([
    ['since', 'yesterday', 'malformed', 'must be an RFC 3339 date-time with its offset'],
    ['deal', '{"$gt":1}', 'malformed', expect.stringContaining('must be an id')],
    ['mineral', 'Sb!', 'malformed', expect.stringContaining('must be ')],
    ['limit', '501', 'malformed', expect.stringContaining('500')],
    ['deal[$gt]', '1', 'unknown-property', expect.stringContaining('should not exist')],
    ['__proto__', '1', 'unknown-property', expect.stringContaining('should not exist')],
  ])('%s=%s is told what it must be', async (name, value, code, message) => {
    const query = Object.defineProperty({}, name, { value, enumerable: true });
    expect(await faultsOf(query)).toEqual([{ pointer: `/${name}`, code, message }]);
  });
});

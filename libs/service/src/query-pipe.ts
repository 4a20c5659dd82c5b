import { type ArgumentMetadata, type ValidationError, ValidationPipe } from '@nestjs/common';
import { distinct, type Fault, step } from '#contracts/fault.js';
import { ProblemError } from './problem.js';

/** Names that every object has, and that class-transformer therefore passes over in silence. */
const isInherited = (name: string): boolean => name in Object.prototype;

/** Bounded as a refused event is: names and values are the sender's. */
const refusedQuery = (faults: readonly Fault[]): ProblemError =>
  new ProblemError('invalid-query', 'the query is not as it must be', distinct(faults));

class QueryPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const inherited = metadata.type === 'query' ? Object.keys(value ?? {}).filter(isInherited) : [];
    if (inherited.length > 0) {
      throw refusedQuery(
        inherited.map((name) => ({
          pointer: step(name),
          code: 'unknown-property',
          message: `property ${name} should not exist`,
        })),
      );
    }
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

/** Checks query parameters against their class; one that no class knows is refused, not passed over. */
export const queryPipe = new QueryPipe({
  transform: true,
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false, // bodies and batches are plain objects, checked by their contracts
  exceptionFactory: (errors: ValidationError[]) =>
    refusedQuery(
      errors.map(({ property, constraints }) => ({
        pointer: step(property),
        code: constraints?.['whitelistValidation'] === undefined ? 'malformed' : 'unknown-property',
        message: Object.values(constraints ?? {}).join('; '),
      })),
    ),
});

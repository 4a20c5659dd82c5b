import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { ProblemError } from './problem.js';

/** Checks query parameters against their class; one that no class knows is refused, not passed over. */
export const queryPipe = new ValidationPipe({
  transform: true,
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false, // bodies and batches are plain objects, checked by their contracts
  exceptionFactory: (errors: ValidationError[]) =>
    new ProblemError(400, 'invalid-query', 'the query is not as it must be', {
      errors: errors.map(({ property, constraints }) => ({
        pointer: `/${property}`,
        code: constraints?.['whitelistValidation'] === undefined ? 'malformed' : 'unknown-property',
        message: Object.values(constraints ?? {}).join('; '),
      })),
    }),
});

import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/**
 * Hands the transport what a handler threw, as it is. Without it Nest turns every error that is not its own into
 * 'Internal server error', and nobody learns that it was MongoDB that was away.
 */
@Catch()
export class HandlerErrors implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

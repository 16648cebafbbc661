import { ConnectError, type Interceptor } from '@connectrpc/connect';
import type { Logger } from '../../telemetry/logger.ts';
import { type ErrorTranslator, internalError } from '../rpc-error.ts';
import { methodPath } from '../rpc-method.ts';
import type { CallRequest } from './chain.ts';

export interface ErrorTranslation {
  /** The service's table of domain errors; what it doesn't know becomes INTERNAL and is logged. */
  readonly translateError: ErrorTranslator;
  readonly logger: Logger;
}

/** Ends each call that fails with an AIP-193 error. */
export function translateErrors({ translateError, logger }: ErrorTranslation): Interceptor {
  return next => async request => {
    try {
      const response = await next(request);
      return response.stream ? { ...response, message: translateEach(response.message, request) } : response;
    } catch (error) {
      throw translate(error, request);
    }
  };

  async function* translateEach<T>(messages: AsyncIterable<T>, request: CallRequest): AsyncIterable<T> {
    try {
      yield* messages;
    } catch (error) {
      throw translate(error, request);
    }
  }

  function translate(error: unknown, { signal, method }: CallRequest): ConnectError {
    if (error instanceof ConnectError) return error;
    // A handler that was told to stop may say so in its own way.
    if (signal.aborted && signal.reason instanceof ConnectError) return signal.reason;
    const known = translateError(error);
    if (known !== undefined) return known;
    logger.error({ err: error, method: methodPath(method) }, 'call failed');
    return internalError(error);
  }
}

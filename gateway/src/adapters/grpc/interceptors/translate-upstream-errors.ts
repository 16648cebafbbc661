import { ConnectError, type Interceptor } from '@connectrpc/connect';
import { toClientError } from './upstream-error.ts';

/** Replaces the error of each call that fails by one that a client may see. */
export const translateUpstreamErrors: Interceptor = next => async request => {
  try {
    const response = await next(request);
    return response.stream ? { ...response, message: translateEach(response.message) } : response;
  } catch (error) {
    throw translate(error);
  }
};

async function* translateEach<T>(messages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): unknown {
  return error instanceof ConnectError ? toClientError(error) : error;
}

import type { Interceptor } from '@connectrpc/connect';
import { traceKey } from '@vigie/service-kit/grpc';
import { currentTrace } from '@vigie/service-kit/telemetry';

/** Gives the interceptors the trace, which began with the HTTP request, as a context value. */
export const noteTrace: Interceptor = next => request => {
  request.contextValues.set(traceKey, currentTrace());
  return next(request);
};

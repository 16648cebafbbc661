import type { Interceptor } from '@connectrpc/connect';
import { currentTrace, formatTraceparent, TRACEPARENT } from '../../telemetry/trace-context.ts';

/** Sends the current trace with each outgoing call. */
export const propagateTrace: Interceptor = next => request => {
  const trace = currentTrace();
  if (trace !== undefined) request.header.set(TRACEPARENT, formatTraceparent(trace));
  return next(request);
};

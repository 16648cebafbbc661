import { createContextKey, type Interceptor } from '@connectrpc/connect';
import { continueTrace, TRACE_ID, TRACEPARENT, type TraceContext, withTrace } from '../../telemetry/trace-context.ts';
import { responseHeaderKey } from '../response-header-key.ts';

/** The trace that a call belongs to. */
export const traceKey = createContextKey<TraceContext | undefined>(undefined, { description: 'trace' });

/** Runs each call in the trace that its `traceparent` names, or in a new one, and tells its caller which. */
export const traceCalls: Interceptor = next => async request => {
  const trace = continueTrace(request.header.get(TRACEPARENT));
  request.contextValues.set(traceKey, trace);
  request.contextValues.get(responseHeaderKey)?.set(TRACE_ID, trace.traceId);
  const response = await withTrace(trace, () => next(request));
  return response.stream ? { ...response, message: eachInTrace(trace, response.message) } : response;
};

/** The body of an async generator runs in the context of whoever asks it for the next item. */
function eachInTrace<T>(trace: TraceContext, messages: AsyncIterable<T>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = messages[Symbol.asyncIterator]();
      return {
        next: () => withTrace(trace, () => iterator.next()),
        return: async () => (await withTrace(trace, () => iterator.return?.())) ?? { done: true, value: undefined },
      };
    },
  };
}

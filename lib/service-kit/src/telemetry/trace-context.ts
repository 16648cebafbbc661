import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** The part of W3C Trace Context that travels with an alert: https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

/** Name of the gRPC metadata key and of the HTTP and NATS header. */
export const TRACEPARENT = 'traceparent';

/** Response header with the id of the trace; `grep` for it finds the alert's whole way in the logs. */
export const TRACE_ID = 'trace-id';

const TRACEPARENT_FORM = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const storage = new AsyncLocalStorage<TraceContext>();

export function newTrace(): TraceContext {
  return { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
}

/** The trace that a `traceparent` header names, or a new one where it is missing or malformed. */
export function continueTrace(traceparent: string | undefined | null): TraceContext {
  const [, traceId, spanId] = TRACEPARENT_FORM.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return newTrace();
  return { traceId, spanId };
}

export function formatTraceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

/** Runs `work`, and all that it starts, inside `trace`. */
export function withTrace<T>(trace: TraceContext, work: () => T): T {
  return storage.run(trace, work);
}

export function currentTrace(): TraceContext | undefined {
  return storage.getStore();
}

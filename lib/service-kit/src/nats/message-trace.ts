import { createHash } from 'node:crypto';
import type { JsMsg } from '@nats-io/jetstream';
import { continueTrace, formatTraceparent, TRACEPARENT, type TraceContext } from '../telemetry/trace-context.ts';
import { headersOf } from './message-headers.ts';

/**
 * The trace that a message belongs to. One published by hand names none: it gets the one that its place in the stream
 * makes, the same in every service that reads it and at every delivery.
 */
export function traceOfMessage(message: Pick<JsMsg, 'headers' | 'info'>): TraceContext {
  const named = headersOf(message)?.get(TRACEPARENT);
  if (named) return continueTrace(named);
  const { stream, streamSequence, timestampNanos } = message.info;
  const place = createHash('sha256').update(`${stream} ${streamSequence} ${timestampNanos}`).digest('hex');
  return continueTrace(formatTraceparent({ traceId: place.slice(0, 32), spanId: place.slice(32, 48) }));
}

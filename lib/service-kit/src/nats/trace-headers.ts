import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { currentTrace, formatTraceparent, TRACEPARENT } from '../telemetry/trace-context.ts';

/** The header that carries the current trace along with a message. */
export function traceHeaders(): MsgHdrs {
  const result = headers();
  const trace = currentTrace();
  if (trace !== undefined) result.set(TRACEPARENT, formatTraceparent(trace));
  return result;
}

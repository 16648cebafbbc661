export { Health, type Readiness, type ReadinessCheck } from './health.ts';
export { createLogger, type Logger } from './logger.ts';
export { createMetrics, LATENCY_BUCKETS } from './metrics.ts';
export {
  continueTrace,
  currentTrace,
  newTrace,
  TRACE_ID,
  TRACEPARENT,
  type TraceContext,
  withTrace,
} from './trace-context.ts';

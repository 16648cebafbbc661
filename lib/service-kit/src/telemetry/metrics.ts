import { collectDefaultMetrics, Registry } from 'prom-client';

/** Each of its ticks wakes the process: at the default of 10 ms an idle one spends most of its time on that. */
const EVENT_LOOP_LAG_RESOLUTION_MS = 200;

/** A registry for one service: everything in it carries the service's name. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_LAG_RESOLUTION_MS });
  return registry;
}

/** Seconds, from a fraction of a millisecond to a patient client's deadline. */
export const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

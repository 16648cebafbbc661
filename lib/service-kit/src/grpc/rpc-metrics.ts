import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { LATENCY_BUCKETS } from '../telemetry/metrics.ts';

export interface RpcMetrics {
  /** Counts a call as begun; call the result with its gRPC code name once it is over. */
  begin(method: string): (code: string) => void;
}

/** The usual three of a gRPC server: rate and code, latency, calls in flight. */
export function rpcMetrics(registry: Registry): RpcMetrics {
  const registers = [registry];
  const handled = new Counter({
    name: 'grpc_server_handled_total',
    help: 'Calls that are over, by method and gRPC code.',
    labelNames: ['method', 'code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'grpc_server_handling_seconds',
    help: 'Time from the first byte of a call to its status.',
    labelNames: ['method'],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'grpc_server_in_flight',
    help: 'Calls that are being handled.',
    labelNames: ['method'],
    registers,
  });
  return {
    begin(method) {
      inFlight.inc({ method });
      const stopTimer = seconds.startTimer({ method });
      return code => {
        inFlight.dec({ method });
        stopTimer();
        handled.inc({ method, code });
      };
    },
  };
}

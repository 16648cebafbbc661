import { LATENCY_BUCKETS } from '@vigie/service-kit/telemetry';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface HttpMetrics {
  /** Counts a request as begun; call the result once it is over. */
  begin(): (labels: { readonly method: string; readonly route: string; readonly status: number }) => void;
}

/** Clients may send any word as the method; each would be a series of its own. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The usual three of an HTTP server: rate and status, latency, requests in flight. */
export function httpMetrics(registry: Registry): HttpMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'http_server_requests_total',
    help: 'Requests that are over, by route template and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'http_server_request_seconds',
    help: 'Time from the head of a request to the end of its response.',
    labelNames: ['method', 'route'],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'http_server_in_flight',
    help: 'Requests that are being answered.',
    registers,
  });
  return {
    begin() {
      inFlight.inc();
      const stopTimer = seconds.startTimer();
      return ({ method: found, route, status }) => {
        const method = METHODS.includes(found) ? found : 'other';
        inFlight.dec();
        stopTimer({ method, route });
        requests.inc({ method, route, status });
      };
    },
  };
}

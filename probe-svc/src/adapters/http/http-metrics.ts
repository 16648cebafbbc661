import { Counter, type Registry } from 'prom-client';

export interface HttpMetrics {
  /** @param status of the answer; `broken` if none came, one that broke off, or one that made no sense */
  countRequest(status: number | 'broken'): void;
}

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const requests = new Counter({
    name: 'vigie_video_requests_total',
    help: 'Requests to the video server by HTTP status; broken: no answer, one that broke off, or one that made no sense.',
    labelNames: ['status'],
    registers: [registry],
  });
  return { countRequest: status => requests.inc({ status: String(status) }) };
}

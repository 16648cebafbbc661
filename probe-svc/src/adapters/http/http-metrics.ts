import type { HttpMetrics } from '@vigie/media-source/http';
import { Counter, type Registry } from 'prom-client';

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const requests = new Counter({
    name: 'vigie_video_requests_total',
    help: 'Requests to the video server by HTTP status; broken: no answer, one that broke off, or one that made no sense.',
    labelNames: ['status'],
    registers: [registry],
  });
  return { countRequest: status => requests.inc({ status: String(status) }) };
}

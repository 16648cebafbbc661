import { LATENCY_BUCKETS } from '@vigie/service-kit/telemetry';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { PosterFailureCode } from '../../ports/poster-maker.ts';

export interface PosterMetrics {
  count(result: 'ok' | PosterFailureCode, seconds: number): void;
}

export function createPosterMetrics(registry: Registry): PosterMetrics {
  const registers = [registry];
  const posters = new Counter({
    name: 'vigie_posters_total',
    help: 'Posters by result: ok, or the reason why there is none.',
    labelNames: ['result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'vigie_poster_seconds',
    help: 'Time from the first request for a video to its poster, or to knowing that there is none.',
    buckets: LATENCY_BUCKETS,
    registers,
  });
  return {
    count(result, elapsedSeconds) {
      posters.inc({ result });
      seconds.observe(elapsedSeconds);
    },
  };
}

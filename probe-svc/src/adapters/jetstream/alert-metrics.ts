import type { Failure, FailureCode, FinishedAlert } from '@vigie/alert';
import { LATENCY_BUCKETS } from '@vigie/service-kit/telemetry';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { OutcomeStoreErrorReason } from '../../ports/outcome-store.ts';

export interface AlertMetrics {
  countFinished(record: FinishedAlert): void;
  countGivenUp(failure: Failure): void;
  countRetry(reason: FailureCode | OutcomeStoreErrorReason | 'OVER_SHARE'): void;
}

const BYTES_BUCKETS = [0, ...Array.from({ length: 11 }, (_, i) => 16 * 1024 * 2 ** i)];
const REQUESTS_BUCKETS = [1, 2, 3, 4, 6, 8, 12, 16, 32];

export function createAlertMetrics(registry: Registry): AlertMetrics {
  const registers = [registry];
  const outcomes = new Counter({
    name: 'vigie_probe_outcomes_total',
    help: 'Outcomes that are recorded, by status and failure code (none for PROCESSED).',
    labelNames: ['status', 'code'],
    registers,
  });
  const retries = new Counter({
    name: 'vigie_probe_retries_total',
    help: 'Alerts that were left to a later delivery, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const bytes = new Histogram({
    name: 'vigie_probe_bytes',
    help: 'Bytes of its video that were read for an alert.',
    buckets: BYTES_BUCKETS,
    registers,
  });
  const requests = new Histogram({
    name: 'vigie_probe_requests',
    help: 'Requests to the video server for an alert.',
    buckets: REQUESTS_BUCKETS,
    registers,
  });
  const seconds = new Histogram({
    name: 'vigie_probe_seconds',
    help: 'Time from the first request for a video to the answer.',
    buckets: LATENCY_BUCKETS,
    registers,
  });
  return {
    countFinished({ outcome, effort }) {
      outcomes.inc({ status: outcome.status, code: outcome.status === 'PROCESSED' ? '' : outcome.failure.code });
      bytes.observe(effort.bytesRead);
      requests.observe(effort.requests);
      seconds.observe(effort.elapsedMs / 1000);
    },
    countGivenUp: ({ code }) => outcomes.inc({ status: 'QUARANTINED', code }),
    countRetry: reason => retries.inc({ reason }),
  };
}

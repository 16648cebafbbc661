import { randomUUID } from 'node:crypto';
import { type Backoff, retry } from '@vigie/service-kit/async';
import { DevEnvError } from '../dev-env-error.ts';
import type { AlertRecordJson } from './alert-record.ts';
import { OutcomeWatch } from './outcome-watch.ts';
import type { SampleVideo } from './sample-videos.ts';

const OUTCOME_TIMEOUT_MS = 30_000;
const BACKOFF: Backoff = { baseMs: 250, maxMs: 2_000 };
const STORE = 'store-42';

class RefusedAlertError extends DevEnvError {
  /** A service that is being restarted, for example: the answer asks to send it again. */
  readonly isForNow: boolean;

  constructor(file: string, status: number, body: string) {
    super(`The gateway refused the alert for ${file}: ${status} ${body}`);
    this.isForNow = status === 429 || status === 503;
  }
}

export interface SampleOutcome {
  sample: SampleVideo;
  /** Undefined where there was no final outcome in time. */
  record: AlertRecordJson | undefined;
  uid: string;
}

/** Sends an alert for each sample video through the gateway and waits for all outcomes. */
export async function sendSampleAlerts(
  gatewayUrl: string,
  samples: readonly SampleVideo[],
  signal: AbortSignal,
): Promise<SampleOutcome[]> {
  await using watch = await OutcomeWatch.begin(gatewayUrl, STORE);
  const outcomes = await Promise.all(
    samples.map(async sample => {
      const uid = randomUUID();
      const record = watch.outcomeOf(uid, AbortSignal.any([signal, AbortSignal.timeout(OUTCOME_TIMEOUT_MS)]));
      await retry(() => createAlert(gatewayUrl, uid, sample.file, signal), {
        backoff: BACKOFF,
        patienceMs: OUTCOME_TIMEOUT_MS,
        isRetryable: error => error instanceof RefusedAlertError && error.isForNow,
        signal,
      });
      return { sample, uid, record: await record };
    }),
  );
  signal.throwIfAborted();
  return outcomes;
}

async function createAlert(gatewayUrl: string, uid: string, file: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${gatewayUrl}/v1/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uid, video: `/videos/${file}`, timestamp: Date.now() / 1000, store: STORE }),
    signal,
  });
  const body = await response.text();
  if (!response.ok) throw new RefusedAlertError(file, response.status, body);
}

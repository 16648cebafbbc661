import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DevEnvError } from '../dev-env-error.ts';
import type { AlertRecordJson } from './alert-record.ts';
import type { SampleVideo } from './sample-videos.ts';

const POLL_MS = 50;
const OUTCOME_TIMEOUT_MS = 30_000;
const STORE = 'store-42';

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
  return Promise.all(
    samples.map(async sample => {
      const uid = randomUUID();
      await createAlert(gatewayUrl, uid, sample.file, signal);
      return { sample, uid, record: await awaitOutcome(gatewayUrl, uid, signal) };
    }),
  );
}

async function createAlert(gatewayUrl: string, uid: string, file: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${gatewayUrl}/v1/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uid, video: `/videos/${file}`, timestamp: Date.now() / 1000, store: STORE }),
    signal,
  });
  const body = await response.text();
  if (!response.ok) throw new DevEnvError(`The gateway refused the alert for ${file}: ${response.status} ${body}`);
}

async function awaitOutcome(
  gatewayUrl: string,
  uid: string,
  signal: AbortSignal,
): Promise<AlertRecordJson | undefined> {
  const deadline = performance.now() + OUTCOME_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const response = await fetch(`${gatewayUrl}/v1/alerts/${uid}`, { signal });
    const record = (await response.json()) as AlertRecordJson;
    if (response.ok && record.status !== 'RECEIVED') return record;
    await delay(POLL_MS, undefined, { signal });
  }
  return undefined;
}

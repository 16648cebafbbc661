import type { Mesh } from '@vigie/dev-env';
import type { AlertRecordJson } from '@vigie/dev-env/start';
import { poll } from '@vigie/service-kit/async';
import type { ChaosVideo } from './chaos-videos.ts';
import type { Client } from './clients/client.ts';
import type { EntryPoint } from './clients/entry-point.ts';
import { newAlert } from './clients/load.ts';

export interface CanaryParts {
  readonly mesh: Mesh;
  readonly client: Client;
  readonly entryPoint: EntryPoint;
  readonly video: ChaosVideo;
  readonly limitMs: number;
}

const POLL_MS = 50;
const READ_TIMEOUT_MS = 1_000;

/**
 * @returns how long a new alert takes until it is accepted, finished, and shown as finished; undefined if it takes too
 * long
 */
export async function measureRecovery(
  uid: string,
  { mesh, client, entryPoint, video, limitMs }: CanaryParts,
): Promise<number | undefined> {
  const startedAt = performance.now();
  const isLate = (): boolean => performance.now() - startedAt > limitMs;
  const alert = newAlert(uid, video);
  while (!(await client.deliver(entryPoint, alert, video))) {
    if (isLate()) return undefined;
  }
  const gateways = mesh.services.filter(({ service }) => service === 'gateway');
  let turn = 0;
  return poll(
    async () => {
      const status = await readStatus(`http://${gateways[turn++ % gateways.length]?.address}/v1/alerts/${uid}`);
      return status === undefined || status === 'RECEIVED' ? undefined : performance.now() - startedAt;
    },
    { intervalMs: POLL_MS, timeoutMs: startedAt + limitMs - performance.now() },
  );
}

async function readStatus(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
    return ((await answer.json()) as Partial<AlertRecordJson>).status;
  } catch {
    return undefined;
  }
}

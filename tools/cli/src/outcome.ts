import type { Alert, VigieClient } from '@vigie/client';
import type { Option } from './command.ts';

/** The server waits no longer. */
const MAX_WAIT_MS = 60_000;

export const WAIT: Option = { name: 'wait', value: 'DURATION', help: 'waits so long for the outcome: 30s, 5m' };

/** The alert with its outcome, or as it is when the time is up. @throws VigieError */
export async function outcomeOf(client: VigieClient, uid: string, waitMs: number): Promise<Alert> {
  const endsAt = performance.now() + waitMs;
  while (true) {
    const leftMs = Math.max(0, endsAt - performance.now());
    const alert = await client.get(uid, { waitMs: Math.round(Math.min(MAX_WAIT_MS, leftMs)) });
    if (alert.status !== 'RECEIVED' || performance.now() >= endsAt) return alert;
  }
}

import { type Alert, timestampSeconds } from '@vigie/alert';
import { ANSWER_TIMEOUT_MS, type EntryPoint, RefusedError } from './entry-point.ts';

const ACCEPTED = 202;

/** `POST /v1/alerts` at the gateways in turn. */
export class RestEntryPoint implements EntryPoint {
  readonly #gatewayUrls: readonly string[];
  #next = 0;

  constructor(gatewayUrls: readonly string[]) {
    this.#gatewayUrls = gatewayUrls;
  }

  async send(alert: Alert): Promise<void> {
    const { uid, video, store, labels } = alert;
    const url = this.#gatewayUrls[this.#next++ % this.#gatewayUrls.length];
    const response = await fetch(`${url}/v1/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uid, video, store, timestamp: timestampSeconds(alert), labels }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    }).catch(error => {
      throw new RefusedError('no answer', error);
    });
    // Else its connection isn't free.
    await response.body?.cancel().catch(() => undefined);
    if (response.status !== ACCEPTED) throw new RefusedError(`HTTP ${response.status}`);
  }
}

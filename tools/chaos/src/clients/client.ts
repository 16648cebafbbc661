import type { Alert } from '@vigie/alert';
import { type Backoff, retry } from '@vigie/service-kit/async';
import type { ChaosVideo } from '../chaos-videos.ts';
import type { Ledger } from '../checker/ledger.ts';
import { type EntryPoint, RefusedError } from './entry-point.ts';

const BACKOFF: Backoff = { baseMs: 200, maxMs: 2_000 };
const TRIES = 8;

/** A correct client: retries with growing delays until its alert is accepted, and records everything in the ledger. */
export class Client {
  readonly #ledger: Ledger;
  readonly #tries: number;

  constructor(ledger: Ledger, tries = TRIES) {
    this.#ledger = ledger;
    this.#tries = tries;
  }

  /** @returns whether the alert was accepted */
  async deliver(entryPoint: EntryPoint, alert: Alert, { end }: ChaosVideo): Promise<boolean> {
    const accepted = await this.#untilTaken(() => {
      this.#ledger.noteSent(alert, end);
      return entryPoint.send(alert);
    });
    if (accepted) this.#ledger.noteAccepted(alert);
    return accepted;
  }

  async deliverJunk(publish: (payload: string) => Promise<void>, payload: string): Promise<void> {
    const accepted = await this.#untilTaken(() => {
      this.#ledger.noteJunkSent(payload);
      return publish(payload);
    });
    if (accepted) this.#ledger.noteJunkAccepted(payload);
  }

  async #untilTaken(send: () => Promise<void>): Promise<boolean> {
    const attempt = () =>
      send().catch((error: unknown) => {
        if (error instanceof RefusedError) this.#ledger.noteRefused(error.code);
        throw error;
      });
    try {
      await retry(attempt, { backoff: BACKOFF, maxAttempts: this.#tries, isRetryable: mayBeTaken });
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw error;
    }
  }
}

/** A uid that another alert has is never free again. */
function mayBeTaken(error: unknown): boolean {
  return isRefused(error) && !['HTTP 409', 'gRPC AlreadyExists'].includes(error.code);
}

function isRefused(error: unknown): error is RefusedError {
  return error instanceof RefusedError;
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Alert } from '@vigie/alert';
import type { ChaosVideo } from '../chaos-videos.ts';
import type { Ledger } from '../checker/ledger.ts';
import { type EntryPoint, RefusedError } from './entry-point.ts';

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 2_000;
const TRIES = 8;

/** A client as it should be: tries again, with growing pauses, until its alert is accepted; and keeps the books. */
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
    for (let tries = 1; ; tries++) {
      try {
        await send();
        return true;
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        this.#ledger.noteRefused(error.code);
        if (tries === this.#tries) return false;
        await delay(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (tries - 1)));
      }
    }
  }
}

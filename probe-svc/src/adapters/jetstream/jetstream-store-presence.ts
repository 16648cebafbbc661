import type { JetStreamManager } from '@nats-io/jetstream';
import type { StreamName } from '@vigie/alert/streams';
import type { StorePresence } from '../../ports/store-presence.ts';

const STREAM: StreamName = 'ALERTS';
const MAX_AGE_MS = 1_000;

/** Asks the stream, which counts its subjects, at most once a second, and only while somebody wants to know. */
export class JetStreamStorePresence implements StorePresence {
  readonly #manager: JetStreamManager;
  #othersPresent = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(manager: JetStreamManager) {
    this.#manager = manager;
  }

  areOthersPresent(): boolean {
    if (performance.now() - this.#askedAt > MAX_AGE_MS) void this.#ask();
    return this.#othersPresent;
  }

  async #ask(): Promise<void> {
    this.#askedAt = performance.now();
    try {
      const { state } = await this.#manager.streams.info(STREAM);
      this.#othersPresent = (state.num_subjects ?? 0) > 1;
    } catch {
      // While the stream is out of reach nothing is delivered; what was known last still holds.
    }
  }
}

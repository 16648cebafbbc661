import type { Client } from '@connectrpc/connect';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import type { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';

export interface SeenOutcome {
  readonly uid: string;
  readonly status: number;
  readonly bytesRead: number;
  readonly requests: number;
  /** `performance.now()` when the watch reported it: the row is written by then. */
  readonly seenAt: number;
}

/** Keeps the outcomes of one store's alerts as `WatchAlerts` reports them. */
export class OutcomeWatch implements AsyncDisposable {
  readonly #outcomes = new Map<string, SeenOutcome>();
  readonly #abort = new AbortController();
  #onOutcome = (): void => {};
  #ended: Promise<void> = Promise.resolve();
  #failure: unknown;

  static async start(client: Client<typeof AlertService>, store: string): Promise<OutcomeWatch> {
    const watch = new OutcomeWatch();
    const established = Promise.withResolvers<void>();
    watch.#ended = watch.#follow(client, store, established.resolve);
    watch.#ended.catch(established.reject);
    await established.promise;
    return watch;
  }

  /** Resolves once each of the alerts has its outcome. */
  async waitFor(uids: readonly string[]): Promise<SeenOutcome[]> {
    const missing = new Set(uids);
    while (true) {
      for (const uid of missing) if (this.#outcomes.has(uid)) missing.delete(uid);
      if (missing.size === 0) return uids.map(uid => this.#outcomes.get(uid) as SeenOutcome);
      if (this.#failure !== undefined) throw this.#failure;
      await this.#nextOutcomes(missing.size);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#ended.catch(() => undefined);
  }

  async #follow(client: Client<typeof AlertService>, store: string, onEstablished: () => void): Promise<void> {
    try {
      const responses = client.watchAlerts({ stores: [store] }, { signal: this.#abort.signal });
      for await (const { alert } of responses) {
        if (alert === undefined) onEstablished();
        if (alert === undefined || this.#outcomes.has(alert.uid)) continue;
        const { bytesRead = 0, requests = 0 } = alert.effort ?? {};
        this.#outcomes.set(alert.uid, {
          ...{ uid: alert.uid, status: alert.status ?? Alert_Status.STATUS_UNSPECIFIED, bytesRead, requests },
          seenAt: performance.now(),
        });
        this.#onOutcome();
      }
    } catch (error) {
      this.#failure = error;
      this.#onOutcome();
      throw error;
    }
  }

  /** Resolves after so many outcomes: looking after each one would be quadratic. */
  #nextOutcomes(count: number): Promise<void> {
    const target = this.#outcomes.size + count;
    return new Promise(resolve => {
      this.#onOutcome = () => {
        if (this.#outcomes.size >= target || this.#failure !== undefined) resolve();
      };
    });
  }
}

import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { AlertIndexService } from '@vigie/proto/vigie/internal/alert/v1/alert_index_service_pb.ts';
import { Batcher } from '@vigie/service-kit/async';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { RecordedAlerts } from '../../ports/recorded-alerts.ts';

export interface StoreRecordedAlertsOptions {
  readonly transport: Transport;
  readonly logger: Logger;
  /** How long an alert may wait for the answer; it is accepted without one. */
  readonly timeoutMs: number;
  /** How long store-svc isn't asked again once it gave no answer. */
  readonly restMs?: number;
}

const MAX_BATCH = 500;

/** Asks store-svc, for many alerts at a time. */
export class StoreRecordedAlerts implements RecordedAlerts {
  readonly #client: Client<typeof AlertIndexService>;
  readonly #options: Required<StoreRecordedAlertsOptions>;
  readonly #batches: Batcher<string, string | undefined>;
  /** Those of batches, which may be many. */
  readonly #bulk: Batcher<string, string | undefined>;
  #restsUntil = 0;

  constructor(options: StoreRecordedAlertsOptions) {
    this.#options = { restMs: 1_000, ...options };
    this.#client = createClient(AlertIndexService, options.transport);
    const batching = { maxSize: MAX_BATCH, flush: (uids: readonly string[]) => this.#find(uids) };
    this.#batches = new Batcher(batching);
    this.#bulk = new Batcher(batching);
  }

  async findContent(uid: string): Promise<string | undefined> {
    return performance.now() < this.#restsUntil ? undefined : this.#batches.add(uid);
  }

  async findContents(uids: readonly string[]): Promise<readonly (string | undefined)[]> {
    if (performance.now() < this.#restsUntil) return uids.map(() => undefined);
    return Promise.all(uids.map(uid => this.#bulk.add(uid)));
  }

  async #find(uids: readonly string[]): Promise<(string | undefined)[]> {
    const { timeoutMs, restMs, logger } = this.#options;
    // Those that came while others were asked for in vain.
    if (performance.now() < this.#restsUntil) return uids.map(() => undefined);
    try {
      const { alerts } = await this.#client.findAlerts({ uids: [...new Set(uids)] }, { timeoutMs });
      const contents = new Map(alerts.map(({ uid, contentHash }) => [uid, contentHash]));
      return uids.map(uid => contents.get(uid));
    } catch (error) {
      this.#restsUntil = performance.now() + restMs;
      logger.debug({ err: error, alerts: uids.length }, 'alerts not compared with those that are recorded');
      return uids.map(() => undefined);
    }
  }
}

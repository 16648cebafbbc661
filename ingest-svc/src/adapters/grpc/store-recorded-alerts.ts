import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { onBehalfOf } from '@vigie/access/wire';
import type { AlertName } from '@vigie/alert';
import { AlertIndexService } from '@vigie/proto/vigie/internal/alert/v1/alert_index_service_pb.ts';
import { Batcher, mapGroups } from '@vigie/service-kit/async';
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
  readonly #batches: Batcher<AlertName, string | undefined>;
  /** Those of batches, which may be many. */
  readonly #bulk: Batcher<AlertName, string | undefined>;
  #restsUntil = 0;

  constructor(options: StoreRecordedAlertsOptions) {
    this.#options = { restMs: 1_000, ...options };
    this.#client = createClient(AlertIndexService, options.transport);
    const batching = { maxSize: MAX_BATCH, flush: (alerts: readonly AlertName[]) => this.#find(alerts) };
    this.#batches = new Batcher(batching);
    this.#bulk = new Batcher(batching);
  }

  async findContent(alert: AlertName): Promise<string | undefined> {
    return performance.now() < this.#restsUntil ? undefined : this.#batches.add(alert);
  }

  async findContents(alerts: readonly AlertName[]): Promise<readonly (string | undefined)[]> {
    if (performance.now() < this.#restsUntil) return alerts.map(() => undefined);
    return Promise.all(alerts.map(alert => this.#bulk.add(alert)));
  }

  async #find(alerts: readonly AlertName[]): Promise<(string | undefined)[]> {
    const { restMs, logger } = this.#options;
    // Those that came while others were asked for in vain.
    if (performance.now() < this.#restsUntil) return alerts.map(() => undefined);
    try {
      return await mapGroups(
        alerts,
        ({ tenant }) => tenant,
        (ofTenant, tenant) =>
          this.#findOf(
            tenant,
            ofTenant.map(({ uid }) => uid),
          ),
      );
    } catch (error) {
      this.#restsUntil = performance.now() + restMs;
      logger.debug({ err: error, alerts: alerts.length }, 'alerts not compared with those that are recorded');
      return alerts.map(() => undefined);
    }
  }

  async #findOf(tenant: string, uids: readonly string[]): Promise<(string | undefined)[]> {
    const { timeoutMs } = this.#options;
    const { alerts } = await this.#client.findAlerts(
      { uids: [...new Set(uids)] },
      { timeoutMs, ...onBehalfOf(tenant) },
    );
    const contents = new Map(alerts.map(({ uid, contentHash }) => [uid, contentHash]));
    return uids.map(uid => contents.get(uid));
  }
}

import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { onBehalfOf } from '@vigie/access/wire';
import { retryToProto } from '@vigie/alert/wire';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { Batcher, mapGroups } from '@vigie/service-kit/async';
import type { Logger } from '@vigie/service-kit/telemetry';
import { newTrace, withTrace } from '@vigie/service-kit/telemetry';
import type { RetryReport, RetryReports } from '../../ports/retry-reports.ts';

const MAX_BATCH = 200;
/** Beyond, reports are dropped: a store that takes none must not fill the memory. */
const MAX_WAITING = 10_000;

/** The store service; reports that come at the same time travel together. */
export class GrpcRetryReports implements RetryReports {
  readonly #client: Client<typeof OutcomeService>;
  readonly #logger: Logger;
  readonly #batcher = new Batcher<RetryReport, undefined>({
    maxSize: MAX_BATCH,
    flush: retries => withTrace(newTrace(), () => this.#send(retries)),
  });
  #waiting = 0;

  constructor(transport: Transport, logger: Logger) {
    this.#client = createClient(OutcomeService, transport);
    this.#logger = logger;
  }

  report(report: RetryReport): void {
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    void this.#batcher.add(report).finally(() => this.#waiting--);
  }

  #send(reports: readonly RetryReport[]): Promise<undefined[]> {
    return mapGroups(
      reports,
      ({ alert }) => alert.tenant,
      (ofTenant, tenant) => this.#sendOf(tenant, ofTenant),
    );
  }

  async #sendOf(tenant: string, reports: readonly RetryReport[]): Promise<undefined[]> {
    const retries = reports.map(({ alert: { uid }, retry }) => ({ uid, retry: retryToProto(retry) }));
    try {
      await this.#client.reportRetries({ retries }, onBehalfOf(tenant));
    } catch (error) {
      this.#logger.debug({ err: error, alerts: retries.length }, 'retries not reported');
    }
    return retries.map(() => undefined);
  }
}

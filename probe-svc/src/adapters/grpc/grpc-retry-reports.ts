import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { retryToProto } from '@vigie/alert/wire';
import { OutcomeService, type ReportedRetrySchema } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { Batcher } from '@vigie/service-kit/async';
import type { Logger } from '@vigie/service-kit/telemetry';
import { newTrace, withTrace } from '@vigie/service-kit/telemetry';
import type { RetryReport, RetryReports } from '../../ports/retry-reports.ts';

type Message = MessageInitShape<typeof ReportedRetrySchema>;

const MAX_BATCH = 200;
/** Beyond, reports are dropped: a store that takes none must not fill the memory. */
const MAX_WAITING = 10_000;

/** The store service; reports that come at the same time travel together. */
export class GrpcRetryReports implements RetryReports {
  readonly #client: Client<typeof OutcomeService>;
  readonly #logger: Logger;
  readonly #batcher = new Batcher<Message, undefined>({
    maxSize: MAX_BATCH,
    flush: retries => withTrace(newTrace(), () => this.#send(retries)),
  });
  #waiting = 0;

  constructor(transport: Transport, logger: Logger) {
    this.#client = createClient(OutcomeService, transport);
    this.#logger = logger;
  }

  report({ uid, retry }: RetryReport): void {
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    void this.#batcher.add({ uid, retry: retryToProto(retry) }).finally(() => this.#waiting--);
  }

  async #send(retries: readonly Message[]): Promise<undefined[]> {
    try {
      await this.#client.reportRetries({ retries: [...retries] });
    } catch (error) {
      this.#logger.debug({ err: error, alerts: retries.length }, 'retries not reported');
    }
    return retries.map(() => undefined);
  }
}

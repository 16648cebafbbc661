import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { isReplay, originalMessage, tenantOfSubject } from '@vigie/alert/streams';
import { MalformedMessageError, tryDecodeAlert } from '@vigie/alert/wire';
import { type AckDecision, createConsumerMetrics, MessageConsumer } from '@vigie/service-kit/nats';
import type { Logger } from '@vigie/service-kit/telemetry';
import { currentTrace, newTrace } from '@vigie/service-kit/telemetry';
import type { Registry } from 'prom-client';
import type { ProcessAlert, ProcessResult } from '../../application/process-alert.ts';
import type { AlertDelivery } from '../../domain/alert-delivery.ts';
import { createAlertLog } from './alert-log.ts';
import { createAlertMetrics } from './alert-metrics.ts';

export interface AlertConsumerOptions {
  readonly connection: NatsConnection;
  /** Most alerts in flight at once. */
  readonly concurrency: number;
  /** Most alerts that are pulled ahead. */
  readonly prefetch: number;
  /** How long an alert may be in flight without a sign of progress before it is delivered to another replica. */
  readonly ackWaitMs: number;
  readonly processAlert: ProcessAlert;
  /** How long the alerts in flight may go on once the consumer stops; then they are handed back. */
  readonly shutdownGraceMs: number;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** The durable consumer; replicas share it, and so the work. */
const DURABLE = 'probe';

/** Processes alerts of the stream, many at once, until it is disposed of. */
export async function startAlertConsumer(options: AlertConsumerOptions): Promise<AsyncDisposable> {
  const { processAlert, logger } = options;
  const metrics = createAlertMetrics(options.metrics);
  const log = createAlertLog(logger);

  return MessageConsumer.start({
    connection: options.connection,
    stream: 'ALERTS',
    durable: DURABLE,
    concurrency: options.concurrency,
    prefetch: options.prefetch,
    ackWaitMs: options.ackWaitMs,
    shutdownGraceMs: options.shutdownGraceMs,
    handle,
    logger,
    metrics: createConsumerMetrics(options.metrics),
  });

  async function handle(message: JsMsg, signal: AbortSignal): Promise<AckDecision> {
    const delivery = readDelivery(message);
    // store-svc quarantines it; here it only has to be acknowledged.
    if (delivery instanceof MalformedMessageError) {
      log.malformed(message, delivery);
      return { kind: 'done' };
    }
    const result = await processAlert(delivery, signal, error => log.outage(delivery, error));
    log.result(delivery, result);
    count(result);
    return 'delayMs' in result ? { kind: 'retry', delayMs: result.delayMs } : { kind: 'done' };
  }

  function count(result: ProcessResult): void {
    switch (result.kind) {
      case 'finished':
        metrics.countFinished(result.record);
        break;
      case 'given-up':
        metrics.countGivenUp(result.failure);
        break;
      case 'conflict':
      case 'superseded':
        break;
      case 'retry':
        metrics.countRetry(result.failure.code);
        break;
      case 'deferred':
        metrics.countRetry('OVER_SHARE');
        break;
      case 'not-recorded':
        metrics.countRetry(result.error.reason);
        break;
      case 'internal-error':
        metrics.countRetry('INTERNAL');
        break;
    }
  }
}

function readDelivery(message: JsMsg): AlertDelivery | MalformedMessageError {
  const { subject, payload, receivedAt, redrives } = originalMessage(message);
  const alert = tryDecodeAlert(message.data, tenantOfSubject(subject), receivedAt);
  if (alert instanceof MalformedMessageError) return alert;
  return {
    alert,
    receivedAt,
    traceId: (currentTrace() ?? newTrace()).traceId,
    deliveries: message.info.deliveryCount,
    streamSequence: message.seq,
    isReplay: isReplay(message, alert),
    message: { subject, payload, redrives },
  };
}

import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { isReplay, originalMessage } from '@vigie/alert/streams';
import { MalformedMessageError, tryDecodeAlert } from '@vigie/alert/wire';
import { backoffDelayMs } from '@vigie/service-kit/async';
import { createConsumerMetrics, MessageConsumer, type Verdict } from '@vigie/service-kit/nats';
import type { Logger } from '@vigie/service-kit/telemetry';
import { currentTrace, newTrace } from '@vigie/service-kit/telemetry';
import type { Registry } from 'prom-client';
import type { SettleAlert, Settlement } from '../../application/settle-alert.ts';
import type { AlertDelivery } from '../../domain/alert-delivery.ts';
import type { RetrySchedule } from '../../domain/retry-schedule.ts';
import { createAlertLog } from './alert-log.ts';
import { createAlertMetrics } from './alert-metrics.ts';

export interface AlertConsumerOptions {
  readonly connection: NatsConnection;
  /** Most alerts in hand at once. */
  readonly concurrency: number;
  /** Most alerts that are pulled ahead. */
  readonly prefetch: number;
  /** How long an alert may be in hand before it is given to another replica. */
  readonly ackWaitMs: number;
  readonly settleAlert: SettleAlert;
  readonly schedule: RetrySchedule;
  /** How long the alerts in hand may go on once the consumer stops; then they are handed back. */
  readonly shutdownGraceMs: number;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** The durable consumer; replicas share it, and so the work. */
const DURABLE = 'probe';

/** Settles alerts of the stream, many at once, until it is disposed of. */
export async function startAlertConsumer(options: AlertConsumerOptions): Promise<AsyncDisposable> {
  const { settleAlert, schedule, logger } = options;
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

  async function handle(message: JsMsg, signal: AbortSignal): Promise<Verdict> {
    const delivery = readDelivery(message);
    // The store quarantines what is no alert; here it only has to be out of the way.
    if (delivery instanceof MalformedMessageError) {
      log.malformed(message, delivery);
      return { kind: 'done' };
    }
    try {
      return conclude(delivery, await settleAlert(delivery, signal, error => log.heldUp(delivery, error)));
    } catch (error) {
      if (signal.aborted) throw error;
      log.failed(delivery, error);
      metrics.countRetry('INTERNAL');
      return { kind: 'retry', delayMs: backoffDelayMs(schedule, delivery.attempts) };
    }
  }

  function conclude(delivery: AlertDelivery, settlement: Settlement): Verdict {
    log.settlement(delivery, settlement);
    switch (settlement.kind) {
      case 'settled':
        metrics.countFinished(settlement.record);
        return { kind: 'done' };
      case 'given-up':
        metrics.countGivenUp(settlement.failure);
        return { kind: 'done' };
      case 'conflict':
      case 'superseded':
        return { kind: 'done' };
      case 'later':
        metrics.countRetry(settlement.failure.code);
        return { kind: 'retry', delayMs: settlement.delayMs };
      case 'put-off':
        metrics.countRetry('CROWDED_OUT');
        return { kind: 'retry', delayMs: settlement.delayMs };
      case 'held-up':
        metrics.countRetry(settlement.error.reason);
        return { kind: 'retry', delayMs: settlement.delayMs };
    }
  }
}

function readDelivery(message: JsMsg): AlertDelivery | MalformedMessageError {
  const alert = tryDecodeAlert(message.data);
  if (alert instanceof MalformedMessageError) return alert;
  const { subject, payload, receivedAt, redrives } = originalMessage(message);
  return {
    alert,
    receivedAt,
    traceId: (currentTrace() ?? newTrace()).traceId,
    attempts: message.info.deliveryCount,
    position: message.seq,
    isReplay: isReplay(message, alert),
    message: { subject, payload, redrives },
  };
}

import { type JetStreamClient, type JsMsg, jetstream } from '@nats-io/jetstream';
import type { Alert } from '@vigie/mesh/alert/alert.ts';
import type { FailureCode } from '@vigie/mesh/alert/alert-record.ts';
import { isReplay } from '@vigie/mesh/jetstream/alert-message-id.ts';
import type { MessageConsumer } from '@vigie/mesh/jetstream/message-consumer.ts';
import { originalMessage, publishQuarantined } from '@vigie/mesh/jetstream/quarantine.ts';
import type { Logger } from '@vigie/mesh/telemetry/logger.ts';
import { currentTrace, newTrace } from '@vigie/mesh/telemetry/trace-context.ts';
import { decodeAlertPayload, MalformedMessageError } from '@vigie/mesh/wire/alert-wire.ts';
import { Counter, type Registry } from 'prom-client';
import type { RecordAlert } from '../../application/record-alert.ts';
import { type StoreConsumerParts, startStoreConsumer } from './store-consumer.ts';

const CONCURRENCY = 1_000;

/**
 * Records what arrives on `alerts.received.*`, in the stream's order. What is no alert, or another one with a uid that is
 * taken, goes to quarantine: nobody else does that, so that it happens once.
 */
export function startRecordConsumer(
  parts: StoreConsumerParts,
  recordAlert: RecordAlert,
  metrics: Registry,
): Promise<MessageConsumer> {
  const quarantine = createQuarantine(jetstream(parts.connection), parts.logger, metrics);

  async function record(message: JsMsg): Promise<void> {
    const alert = tryDecode(message);
    if (alert instanceof MalformedMessageError) {
      return quarantine(message, undefined, 'MALFORMED_MESSAGE', alert.message);
    }
    const { traceId } = currentTrace() ?? newTrace();
    const received = { alert, receivedAt: message.time, traceId };
    const kind = await recordAlert({ received, sequence: message.seq, isReplay: isReplay(message, alert) });
    if (kind === 'CONFLICT') {
      const why = `another alert with uid ${alert.uid} came first, with another video, timestamp or store`;
      await quarantine(message, alert, 'UID_CONFLICT', why);
    }
  }

  return startStoreConsumer(parts, { stream: 'ALERTS', durable: 'record', concurrency: CONCURRENCY, record });
}

function tryDecode(message: JsMsg): Alert | MalformedMessageError {
  try {
    return decodeAlertPayload(message.data);
  } catch (error) {
    if (error instanceof MalformedMessageError) return error;
    throw error;
  }
}

function createQuarantine(client: JetStreamClient, logger: Logger, metrics: Registry) {
  const quarantined = new Counter({
    name: 'vigie_store_quarantined_total',
    help: 'Messages set aside by the record consumer, by reason.',
    labelNames: ['reason'],
    registers: [metrics],
  });
  return async (message: JsMsg, alert: Alert | undefined, reason: FailureCode, why: string): Promise<void> => {
    const { subject, seq } = message;
    await publishQuarantined({
      client,
      original: originalMessage(message),
      store: alert?.store,
      reason,
      why,
      attempts: message.info.deliveryCount,
    });
    quarantined.inc({ reason });
    logger.warn({ uid: alert?.uid, subject, streamSequence: seq, reason, why }, 'message quarantined');
  };
}

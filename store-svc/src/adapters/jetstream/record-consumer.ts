import type { JsMsg } from '@nats-io/jetstream';
import { isReplay, originalMessage, quarantineId, tenantOfSubject } from '@vigie/alert/streams';
import { MalformedMessageError, tryDecodeAlert } from '@vigie/alert/wire';
import type { MessageConsumer } from '@vigie/service-kit/nats';
import { currentTrace, newTrace } from '@vigie/service-kit/telemetry';
import type { RecordAlert } from '../../application/record-alert.ts';
import type { AlertContent, AlertMessage } from '../../domain/alert-message.ts';
import { type StoreConsumerParts, startStoreConsumer } from './store-consumer.ts';

const CONCURRENCY = 1_000;

/** Has recorded what arrives on `alerts.received.*`. */
export function startRecordConsumer(parts: StoreConsumerParts, recordAlert: RecordAlert): Promise<MessageConsumer> {
  return startStoreConsumer(parts, {
    stream: 'ALERTS',
    durable: 'record',
    concurrency: CONCURRENCY,
    complete: (message, signal) => recordAlert(readAlertMessage(message), signal),
  });
}

/** In the trace that the message belongs to. */
export function readAlertMessage(message: JsMsg): AlertMessage {
  const original = originalMessage(message);
  const { subject, payload, streamSequence: sequence, receivedAt, redrives } = original;
  return {
    content: readContent(message, receivedAt),
    attempts: message.info.deliveryCount,
    traceId: (currentTrace() ?? newTrace()).traceId,
    ...{ sequence, receivedAt, subject, payload, redrives, quarantineId: quarantineId(original) },
  };
}

function readContent(message: JsMsg, receivedAt: Date): AlertContent {
  const alert = tryDecodeAlert(message.data, tenantOfSubject(message.subject), receivedAt);
  if (alert instanceof MalformedMessageError) return { kind: 'malformed', why: alert.message };
  return { kind: 'alert', alert, isReplay: isReplay(message, alert) };
}

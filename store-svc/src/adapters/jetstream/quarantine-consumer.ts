import type { JsMsg } from '@nats-io/jetstream';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { readQuarantined, storeOfSubject, tenantOfSubject } from '@vigie/alert/streams';
import type { MessageConsumer } from '@vigie/service-kit/nats';
import { currentTrace, newTrace } from '@vigie/service-kit/telemetry';
import type { KeepQuarantined, QuarantineMessage } from '../../application/keep-quarantined.ts';
import type { QuarantinedAlert } from '../../domain/quarantined-alert.ts';
import { type StoreConsumerParts, startStoreConsumer } from './store-consumer.ts';

const CONCURRENCY = 100;

/** Has kept what arrives on `alerts.quarantined.*`. */
export function startQuarantineConsumer(
  parts: StoreConsumerParts,
  keepQuarantined: KeepQuarantined,
): Promise<MessageConsumer> {
  return startStoreConsumer(parts, {
    stream: 'QUARANTINE',
    durable: 'quarantine',
    concurrency: CONCURRENCY,
    complete: (message, signal) => keepQuarantined(toQuarantineMessage(message), signal),
  });
}

function toQuarantineMessage(message: JsMsg): QuarantineMessage {
  return {
    read: () => toQuarantinedAlert(message),
    payload: message.data,
    sequence: message.seq,
    subject: message.subject,
    tenant: tenantOfSubject(message.subject) ?? DEFAULT_TENANT,
    store: storeOfSubject(message.subject),
    traceId: (currentTrace() ?? newTrace()).traceId,
    attempts: message.info.deliveryCount,
    receivedAt: message.time,
  };
}

function toQuarantinedAlert(message: JsMsg): QuarantinedAlert {
  const { original, ...quarantined } = readQuarantined(message);
  const { subject, payload, streamSequence: sequence, receivedAt, redrives } = original;
  return { ...quarantined, state: 'HELD', resolvedAt: null, subject, payload, sequence, receivedAt, redrives };
}

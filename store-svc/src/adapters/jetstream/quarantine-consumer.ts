import type { JsMsg } from '@nats-io/jetstream';
import type { MessageConsumer } from '@vigie/mesh/jetstream/message-consumer.ts';
import { readQuarantinedMessage } from '@vigie/mesh/jetstream/quarantine.ts';
import type { KeepQuarantined } from '../../application/keep-quarantined.ts';
import type { QuarantinedAlert } from '../../domain/quarantined-alert.ts';
import { type StoreConsumerParts, startStoreConsumer } from './store-consumer.ts';

const CONCURRENCY = 100;

/** Keeps what arrives on `alerts.quarantined.*`, so that it can be listed, redriven and discarded. */
export function startQuarantineConsumer(
  parts: StoreConsumerParts,
  keepQuarantined: KeepQuarantined,
): Promise<MessageConsumer> {
  return startStoreConsumer(parts, {
    stream: 'QUARANTINE',
    durable: 'quarantine',
    concurrency: CONCURRENCY,
    record: message => keepQuarantined(readQuarantined(message)),
  });
}

function readQuarantined(message: JsMsg): QuarantinedAlert {
  const { original, ...quarantined } = readQuarantinedMessage(message);
  const { subject, payload, streamSequence: sequence, receivedAt, redrives } = original;
  return { ...quarantined, state: 'HELD', settledAt: null, subject, payload, sequence, receivedAt, redrives };
}

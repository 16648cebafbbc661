import type { JsMsg } from '@nats-io/jetstream';
import { type QuarantinedMessage, readQuarantined, storeOfSubject } from '@vigie/alert/streams';
import type { MessageConsumer } from '@vigie/service-kit/nats';
import { currentTrace, newTrace } from '@vigie/service-kit/telemetry';
import type { KeepQuarantined } from '../../application/keep-quarantined.ts';
import type { QuarantinedAlert } from '../../domain/quarantined-alert.ts';
import { type StoreConsumerParts, startStoreConsumer } from './store-consumer.ts';

const CONCURRENCY = 100;

/** Keeps what arrives on `alerts.quarantined.*`, so that it can be listed, redriven and discarded. None is lost that can't be kept. */
export function startQuarantineConsumer(
  parts: StoreConsumerParts,
  keepQuarantined: KeepQuarantined,
): Promise<MessageConsumer> {
  return startStoreConsumer(parts, {
    stream: 'QUARANTINE',
    durable: 'quarantine',
    concurrency: CONCURRENCY,
    record: message => keepQuarantined(toQuarantinedAlert(readQuarantined(message))),
    setAside: (message, error) => keepQuarantined(standInFor(message, error)),
  });
}

function toQuarantinedAlert({ original, ...quarantined }: QuarantinedMessage): QuarantinedAlert {
  const { subject, payload, streamSequence: sequence, receivedAt, redrives } = original;
  return { ...quarantined, state: 'HELD', settledAt: null, subject, payload, sequence, receivedAt, redrives };
}

/**
 * For a message that can't be kept as it is. It takes nothing of what the message says of itself but the subject and the
 * bytes, which any row can hold, and names the place where the message can be fetched by hand.
 */
function standInFor(message: JsMsg, error: unknown): QuarantinedAlert {
  const { subject, data: payload, seq, time } = message;
  const why = error instanceof Error ? error.message : error;
  return {
    id: `stand-in-${seq}-${time.getTime()}`,
    ...{ state: 'HELD', settledAt: null, alert: undefined, store: storeOfSubject(subject), subject, payload },
    failure: { code: 'INTERNAL', message: `message ${seq} of the stream QUARANTINE can't be kept as it is: ${why}` },
    ...{ attempts: 0, redrives: 0, sequence: 0, receivedAt: time, quarantinedAt: time },
    traceId: (currentTrace() ?? newTrace()).traceId,
  };
}

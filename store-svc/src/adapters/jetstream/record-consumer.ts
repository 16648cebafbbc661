import { type JetStreamClient, type JsMsg, jetstream } from '@nats-io/jetstream';
import type { Alert } from '@vigie/alert';
import { isReplay, originalMessage, publishQuarantined, type Quarantining, subjects } from '@vigie/alert/streams';
import { encodeAlertPayload, MalformedMessageError, tryDecodeAlert } from '@vigie/alert/wire';
import type { MessageConsumer } from '@vigie/service-kit/nats';
import type { Logger } from '@vigie/service-kit/telemetry';
import { currentTrace, newTrace, withTrace } from '@vigie/service-kit/telemetry';
import { Counter, type Registry } from 'prom-client';
import type { RecordAlert } from '../../application/record-alert.ts';
import type { StandingAlert } from '../../domain/standing-alert.ts';
import type { AlertStore } from '../../ports/alert-store.ts';
import { type StoreConsumerParts, startStoreConsumer } from './store-consumer.ts';

const CONCURRENCY = 1_000;

export interface RecordConsumerWork {
  readonly recordAlert: RecordAlert;
  readonly displaceLatecomer: AlertStore['displaceLatecomer'];
}

/**
 * Records what arrives on `alerts.received.*`. What is no alert, or has the uid of another one that came first in the stream,
 * goes to quarantine: nobody else does that, so that it happens once. So does what can't be recorded again and again.
 */
export function startRecordConsumer(
  parts: StoreConsumerParts,
  { recordAlert, displaceLatecomer }: RecordConsumerWork,
  metrics: Registry,
): Promise<MessageConsumer> {
  const quarantine = createQuarantine(jetstream(parts.connection), parts.logger, metrics);

  async function record(message: JsMsg): Promise<void> {
    const original = originalMessage(message);
    const attempts = message.info.deliveryCount;
    const alert = tryDecodeAlert(message.data);
    if (alert instanceof MalformedMessageError) {
      return quarantine({ original, store: undefined, reason: 'MALFORMED_MESSAGE', why: alert.message, attempts });
    }
    const { traceId } = currentTrace() ?? newTrace();
    const received = { alert, receivedAt: message.time, traceId };
    const arrival = { received, sequence: message.seq, isReplay: isReplay(message, alert) };
    const result = await recordAlert(arrival);
    if (result.kind === 'CONFLICT') await quarantine({ ...conflictOf(alert), original, attempts });
    if (result.kind === 'LATECOMER_STANDS') {
      await setLatecomerAside(result.latecomer);
      await displaceLatecomer(arrival);
    }
  }

  /** `probe` finds no row for it then, and sets it aside as well: that is the same message to the quarantine. */
  async function giveUp(message: JsMsg, error: unknown): Promise<void> {
    const alert = tryDecodeAlert(message.data);
    await quarantine({
      original: originalMessage(message),
      store: alert instanceof MalformedMessageError ? undefined : alert.store,
      reason: 'INTERNAL',
      why: `store-svc failed to record it: ${error instanceof Error ? error.message : error}`,
      attempts: message.info.deliveryCount,
    });
  }

  /** Before its row is taken over: whatever dies in between, the alert doesn't vanish. */
  async function setLatecomerAside({ alert, receivedAt, sequence, traceId }: StandingAlert): Promise<void> {
    const original = {
      ...{ subject: subjects.received(alert.store), payload: Buffer.from(encodeAlertPayload(alert)) },
      ...{ streamSequence: sequence, receivedAt, redrives: 0 },
    };
    const { spanId } = newTrace();
    await withTrace({ traceId, spanId }, () => quarantine({ ...conflictOf(alert), original, attempts: 1 }));
  }

  return startStoreConsumer(parts, {
    ...{ stream: 'ALERTS', durable: 'record', concurrency: CONCURRENCY },
    ...{ record, setAside: giveUp },
  });
}

function conflictOf({ uid, store }: Alert) {
  const why = `another alert with uid ${uid} came first, with another video, timestamp or store`;
  return { store, reason: 'UID_CONFLICT', why } as const;
}

function createQuarantine(client: JetStreamClient, logger: Logger, metrics: Registry) {
  const quarantined = new Counter({
    name: 'vigie_store_quarantined_total',
    help: 'Messages set aside by the record consumer, by reason.',
    labelNames: ['reason'],
    registers: [metrics],
  });
  return async (quarantining: Omit<Quarantining, 'client'>): Promise<void> => {
    await publishQuarantined({ client, ...quarantining });
    const { original, reason, why } = quarantining;
    quarantined.inc({ reason });
    const { subject, streamSequence } = original;
    logger.warn({ subject, streamSequence, reason, why }, 'message quarantined');
  };
}

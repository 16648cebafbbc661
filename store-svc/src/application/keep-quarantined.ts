import { Batcher } from '@vigie/service-kit/async';
import type { Delivery } from '../domain/alert-message.ts';
import type { QuarantinedAlert } from '../domain/quarantined-alert.ts';
import type { QuarantineStore } from '../ports/quarantine-store.ts';
import { completeDelivery, DELIVERY_POLICY, type DeliveryPolicy, type Redelivery } from './complete-delivery.ts';
import { STORE_BATCHES } from './store-batches.ts';

/** Each brings its payload, which may have 48 KiB. */
const MAX_BATCH = 50;

/** A delivery of a message of the stream QUARANTINE. */
export interface QuarantineMessage extends Delivery {
  /** What it says of the original message. */
  readonly read: () => QuarantinedAlert;
  readonly payload: Uint8Array;
  /** Its own position, subject and trace, not those of the original message. */
  readonly sequence: number;
  readonly subject: string;
  readonly traceId: string;
  /** Whose the subject says that it is. */
  readonly tenant: string;
  readonly store: string;
}

export type KeptMessage =
  | { readonly kind: 'kept' }
  /** A placeholder row holds its bytes and names its position in the stream. */
  | { readonly kind: 'replaced'; readonly error: unknown }
  | Redelivery;

/**
 * Keeps a message that was quarantined, so that it can be listed, redriven and discarded; in one batch with whatever
 * else waits to be kept.
 *
 * @throws the signal's reason once that aborts
 */
export type KeepQuarantined = (message: QuarantineMessage, signal?: AbortSignal) => Promise<KeptMessage>;

export function createKeepQuarantined(
  store: Pick<QuarantineStore, 'keep'>,
  policy: DeliveryPolicy = DELIVERY_POLICY,
): KeepQuarantined {
  const batcher = new Batcher<QuarantinedAlert, void>({
    ...STORE_BATCHES,
    maxSize: MAX_BATCH,
    async flush(batch) {
      await store.keep(batch);
      return batch.map(() => undefined);
    },
  });

  return (message, signal) =>
    completeDelivery<KeptMessage>(
      message,
      {
        async complete() {
          await batcher.add(message.read());
          return { kind: 'kept' };
        },
        async giveUp(error) {
          await batcher.add(placeholderFor(message, error));
          return { kind: 'replaced', error };
        },
      },
      policy,
      signal,
    );
}

/**
 * For a message that can't be kept as it is. It takes nothing of what the message says of itself but the subject and
 * the bytes, which any row can hold, and names the place where the message can be fetched by hand.
 */
function placeholderFor(message: QuarantineMessage, error: unknown): QuarantinedAlert {
  const { sequence, subject, tenant, store, traceId, receivedAt, payload } = message;
  const why = error instanceof Error ? error.message : error;
  return {
    id: `placeholder-${sequence}-${receivedAt.getTime()}`,
    ...{ state: 'HELD', resolvedAt: null, alert: undefined, tenant, store, subject, payload },
    failure: {
      code: 'INTERNAL',
      message: `message ${sequence} of the stream QUARANTINE can't be kept as it is: ${why}`,
    },
    ...{ attempts: 0, redrives: 0, sequence: 0, receivedAt, quarantinedAt: receivedAt, traceId },
  };
}

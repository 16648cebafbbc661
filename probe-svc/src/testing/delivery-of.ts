import { encodeAlertPayload } from '@vigie/alert/wire';
import type { AlertAttempt } from '../domain/alert-attempt.ts';
import type { AlertDelivery } from '../domain/alert-delivery.ts';

/** A first delivery of an alert that was accepted just now. */
export function deliveryOf(overrides: Partial<AlertDelivery> = {}): AlertDelivery {
  const alert = {
    ...{ tenant: 'default', uid: 'a-1', store: 'store-42' },
    ...{ video: '/videos/a.mp4', timestampMicros: 1_748_871_320_680_000 },
  };
  return {
    alert,
    receivedAt: new Date(),
    traceId: '0af7651916cd43dd8448eb211c80319c',
    deliveries: 1,
    streamSequence: 7,
    isReplay: false,
    message: { subject: 'alerts.received.store-42', payload: Buffer.from(encodeAlertPayload(alert)), redrives: 0 },
    ...overrides,
  };
}

/** The first attempt at such an alert. */
export function attemptOf(overrides: Partial<AlertAttempt> = {}): AlertAttempt {
  return { ...deliveryOf(), attempts: 1, isSuspect: false, ...overrides };
}

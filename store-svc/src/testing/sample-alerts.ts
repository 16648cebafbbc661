import type { Alert, FinishedAlert, Outcome, ReceivedAlert } from '@vigie/alert';
import { subjects } from '@vigie/alert/streams';
import { SAMPLE_MEDIA } from '@vigie/alert/testing';
import { encodeAlertPayload } from '@vigie/alert/wire';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import type { AlertMessage } from '../domain/alert-message.ts';
import type { FoundOutcome } from '../domain/found-outcome.ts';

/** Microseconds that no JavaScript Date and no double of seconds with three digits can hold. */
export const SAMPLE_MICROS = 1_748_871_320_680_001;

export const PROCESSED: Outcome = { status: 'PROCESSED', media: SAMPLE_MEDIA };
export const FAILED: Outcome = {
  status: 'FAILED',
  failure: { code: 'NOT_A_VIDEO', message: `it's "HTML", ends in \\ and asks ?` },
};
export const QUARANTINED: Outcome = {
  status: 'QUARANTINED',
  failure: { code: 'VIDEO_UNREACHABLE', message: 'gave up' },
};

export function receivedAlert(uid: string, alert: Partial<Alert> = {}): ReceivedAlert {
  return {
    alert: {
      tenant: 'default',
      uid,
      video: '/videos/a.mp4',
      timestampMicros: SAMPLE_MICROS,
      store: 'store-42',
      ...alert,
    },
    receivedAt: new Date('2025-06-02T13:35:21.123Z'),
    traceId: '0af7651916cd43dd8448eb211c80319c',
  };
}

export function finishedAlert(received: ReceivedAlert, outcome: Outcome = PROCESSED, sequence = 1): FinishedAlert {
  return {
    ...received,
    outcome,
    effort: { attempts: 1, bytesRead: 32_768, requests: 1, elapsedMs: 3.25 },
    processedAt: new Date('2025-06-02T13:35:22.456Z'),
    sequence,
  };
}

/** The alert as a client sent it. */
export function arrivalOf(received: ReceivedAlert, change: Partial<AlertArrival> = {}): AlertArrival {
  return { received, sequence: 1, isReplay: false, ...change };
}

/** The outcome of what a client sent. */
export function found(record: FinishedAlert): FoundOutcome {
  return { record, isReplay: false };
}

/** The outcome of a message that was published to have its alert probed again. */
export function foundAgain(record: FinishedAlert): FoundOutcome {
  return { record, isReplay: true };
}

/** The message that a client's alert came in, delivered for the first time. */
export function alertMessage(received: ReceivedAlert, change: Partial<AlertMessage> = {}): AlertMessage {
  const { alert, receivedAt, traceId } = received;
  return {
    content: { kind: 'alert', alert, isReplay: false },
    ...{ attempts: 1, sequence: 1, quarantineId: `1-${receivedAt.getTime()}`, receivedAt, traceId, redrives: 0 },
    ...{ subject: subjects.received(alert), payload: Buffer.from(encodeAlertPayload(alert)) },
    ...change,
  };
}

/** A message that is no alert, delivered for the first time. */
export function malformedMessage(why: string): AlertMessage {
  return {
    ...alertMessage(receivedAlert('none')),
    content: { kind: 'malformed', why },
    payload: Buffer.from('no alert'),
  };
}

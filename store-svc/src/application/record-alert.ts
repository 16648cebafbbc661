import type { Alert, Failure } from '@vigie/alert';
import type { AlertMessage } from '../domain/alert-message.ts';
import type { AlertRecordKind } from '../domain/record-kind.ts';
import type { AlertStores } from '../ports/alert-store.ts';
import type { DeadLetterQueue } from '../ports/dead-letter-queue.ts';
import { completeDelivery, DELIVERY_POLICY, type DeliveryPolicy, type Redelivery } from './complete-delivery.ts';
import type { RecordArrival } from './record-arrival.ts';

export type RecordedAlert =
  /** It has its row; DISPLACES: one that another alert had before, which is quarantined. */
  | { readonly kind: 'recorded'; readonly as: Exclude<AlertRecordKind, 'CONFLICT'> }
  /** It has no row, and is in quarantine. */
  | { readonly kind: 'quarantined'; readonly failure: Failure }
  | Redelivery;

/**
 * Brings a message of the stream of alerts to its end. Any step may be repeated, so whatever dies in between only
 * repeats work.
 *
 * @throws the signal's reason once that aborts
 */
export type RecordAlert = (message: AlertMessage, signal?: AbortSignal) => Promise<RecordedAlert>;

export interface RecordAlertParts {
  readonly recordArrival: RecordArrival;
  readonly stores: Pick<AlertStores, 'of'>;
  readonly deadLetters: DeadLetterQueue;
  /** Whether positions in the stream compare with those in rows; asked before one alert takes the row of another. */
  readonly mayDisplace: () => Promise<boolean>;
  readonly policy?: DeliveryPolicy;
}

/** A stream that doesn't fit the rows does so again within seconds. */
const RECHECK_MS = 1_000;

/**
 * An alert gets a row. A message that is no alert is quarantined, and so is an alert whose uid another one has that
 * came first in the stream: nobody else does that, so that it happens once. So is what fails again and again.
 */
export function createRecordAlert(parts: RecordAlertParts): RecordAlert {
  const { recordArrival, stores, deadLetters, mayDisplace, policy = DELIVERY_POLICY } = parts;

  return (message, signal) =>
    completeDelivery<RecordedAlert>(
      message,
      { complete: () => record(message), giveUp: error => quarantine(message, failureOf(error)) },
      policy,
      signal,
    );

  async function record(message: AlertMessage): Promise<RecordedAlert> {
    const { content, receivedAt, traceId, position: sequence = message.sequence } = message;
    if (content.kind === 'malformed') {
      return quarantine(message, { code: 'MALFORMED_MESSAGE', message: content.why });
    }
    const { alert, isReplay } = content;
    const arrival = { received: { alert, receivedAt, traceId }, sequence, isReplay };
    const result = await recordArrival(arrival);
    if (result.kind === 'CONFLICT') return quarantine(message, conflictOf(alert));
    if (result.kind === 'DISPLACES') {
      if (!(await mayDisplace())) return { kind: 'redeliver', delayMs: RECHECK_MS, error: unfit(), isOutage: true };
      // The later alert is quarantined before it loses its row: a crash in between repeats that, and loses neither.
      await deadLetters.putRecorded(result.later, conflictOf(result.later.alert));
      await stores.of(alert.tenant).displace(arrival);
    }
    return { kind: 'recorded', as: result.kind };
  }

  async function quarantine(message: AlertMessage, failure: Failure): Promise<RecordedAlert> {
    await deadLetters.putMessage(message, failure);
    return { kind: 'quarantined', failure };
  }
}

function unfit(): Error {
  return new Error('The stream of alerts does not fit the rows.');
}

function conflictOf({ uid }: Alert): Failure {
  return {
    code: 'UID_CONFLICT',
    message: `another alert with uid ${uid} came first, with another video, timestamp, store or labels`,
  };
}

/**
 * probe-svc finds no row for the alert then, and quarantines it as well: that is the same message to the quarantine.
 */
function failureOf(error: unknown): Failure {
  const why = error instanceof Error ? error.message : error;
  return { code: 'INTERNAL', message: `store-svc failed to record it: ${why}` };
}

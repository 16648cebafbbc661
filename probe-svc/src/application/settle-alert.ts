import type { Failure, FinishedAlert } from '@vigie/mesh/alert/alert-record.ts';
import type { AlertDelivery } from '../domain/alert-delivery.ts';
import { type RetrySchedule, retryDelayMs } from '../domain/retry-schedule.ts';
import { type AlertQuarantine, AlertQuarantineError } from '../ports/alert-quarantine.ts';
import { type OutcomeEvents, OutcomeEventsError } from '../ports/outcome-events.ts';
import { type OutcomeStore, OutcomeStoreError } from '../ports/outcome-store.ts';
import { outlast } from './outlast.ts';
import type { ProbeInTurn, PutOff } from './probe-in-turn.ts';
import type { ProbeReport } from './probe-video.ts';

export type Settlement =
  | { readonly kind: 'settled'; readonly record: FinishedAlert; readonly report: ProbeReport }
  /** Another alert has this uid; the store has set this one aside. */
  | { readonly kind: 'conflict' }
  /** The alert has its outcome, by another message. */
  | { readonly kind: 'superseded' }
  /** The video can't be read for now. */
  | { readonly kind: 'later'; readonly delayMs: number; readonly failure: Failure; readonly report: ProbeReport }
  | PutOff
  /** The store doesn't take the outcome for now. */
  | { readonly kind: 'held-up'; readonly delayMs: number; readonly error: OutcomeStoreError };

/** A stream of Vigie is out of reach, or full. */
export type StreamError = OutcomeEventsError | AlertQuarantineError;

/**
 * Brings one delivery of an alert to its end: probe, row, event, in this order. Each step may be done twice, so whatever
 * dies in between only repeats work. What is probed waits for the other parts of Vigie for as long as they are away.
 * Rejects with the signal's reason on abort.
 *
 * @param onHeldUp is told when such a wait begins
 */
export type SettleAlert = (
  delivery: AlertDelivery,
  signal?: AbortSignal,
  onHeldUp?: (error: StreamError) => void,
) => Promise<Settlement>;

export interface SettleAlertParts {
  readonly probeInTurn: ProbeInTurn;
  readonly store: OutcomeStore;
  readonly events: OutcomeEvents;
  readonly quarantine: AlertQuarantine;
  readonly schedule: RetrySchedule;
}

/** The store takes sooner what it refused than a lost video comes back. */
const MAX_HELD_UP_MS = 5_000;

export function createSettleAlert(parts: SettleAlertParts): SettleAlert {
  const { probeInTurn, store, events, quarantine, schedule } = parts;

  return async (delivery, signal, onHeldUp = () => {}) => {
    const probed = await probeInTurn(delivery, signal);
    if (probed.kind === 'put-off') return probed;
    if (probed.kind === 'retry') {
      return { kind: 'later', delayMs: probed.delayMs, failure: probed.failure, report: probed.report };
    }
    try {
      const recorded = await store.record({ record: probed.record, isReplay: delivery.isReplay }, signal);
      if (recorded.kind !== 'stands') return recorded;
      // Whoever recorded it may have died before it was told.
      await outlast(() => tell(delivery, recorded.record), { isOutage: isStreamError, onBegin: onHeldUp, signal });
      return { kind: 'settled', record: recorded.record, report: probed.report };
    } catch (error) {
      if (!(error instanceof OutcomeStoreError)) throw error;
      const delayMs = Math.min(MAX_HELD_UP_MS, retryDelayMs(schedule, delivery.attempts));
      return { kind: 'held-up', delayMs, error };
    }
  };

  function tell(delivery: AlertDelivery, record: FinishedAlert): Promise<void> {
    return record.outcome.status === 'QUARANTINED'
      ? quarantine.keep(delivery, record.outcome.failure)
      : events.publish(record, delivery.position);
  }
}

function isStreamError(error: unknown): error is StreamError {
  return error instanceof OutcomeEventsError || error instanceof AlertQuarantineError;
}

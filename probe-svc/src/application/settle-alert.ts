import type { Failure, FinishedAlert } from '@vigie/alert';
import { type Backoff, backoffDelayMs, retry } from '@vigie/service-kit/async';
import type { AlertDelivery } from '../domain/alert-delivery.ts';
import { isUsedUp } from '../domain/failure-fate.ts';
import type { RetrySchedule } from '../domain/retry-schedule.ts';
import { type AlertQuarantine, AlertQuarantineError } from '../ports/alert-quarantine.ts';
import { type OutcomeEvents, OutcomeEventsError } from '../ports/outcome-events.ts';
import { type OutcomeStore, OutcomeStoreError } from '../ports/outcome-store.ts';
import { createGiveUpAlert, type GivenUp, type Tell } from './give-up-alert.ts';
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
  | GivenUp
  /** The store doesn't take the outcome for now. */
  | { readonly kind: 'held-up'; readonly delayMs: number; readonly error: OutcomeStoreError };

/** A stream of Vigie is out of reach, or full. */
export type StreamError = OutcomeEventsError | AlertQuarantineError;

/**
 * Brings one delivery of an alert to its end: probe, row, event, in this order. Each step may be done twice, so whatever
 * dies in between only repeats work. What is probed waits for the other parts of Vigie for as long as they are away. What Vigie
 * fails on is tried again until its tries are used up, and then given up. Rejects with the signal's reason on abort.
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

/** While a stream is away. */
const OUTAGE: Backoff = { baseMs: 50, maxMs: 5_000 };

export function createSettleAlert(parts: SettleAlertParts): SettleAlert {
  const { probeInTurn, store, events, quarantine, schedule } = parts;

  const giveUp = createGiveUpAlert(store);

  return async (delivery, signal, onHeldUp = () => {}) => {
    const tellPatiently: Tell = record =>
      retry(() => tell(delivery, record), {
        backoff: OUTAGE,
        isRetryable: isStreamError,
        onRetry: ({ error, attempt }) => {
          if (attempt === 1) onHeldUp(error);
        },
        signal,
      });
    try {
      return await settle(delivery, tellPatiently, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const ageMs = Date.now() - delivery.receivedAt.getTime();
      if (isUsedUp(schedule, delivery.attempts, ageMs)) return giveUp(delivery, error, tellPatiently, signal);
      if (!(error instanceof OutcomeStoreError)) throw error;
      const delayMs = Math.min(MAX_HELD_UP_MS, backoffDelayMs(schedule, delivery.attempts));
      return { kind: 'held-up', delayMs, error };
    }
  };

  async function settle(delivery: AlertDelivery, tell: Tell, signal?: AbortSignal): Promise<Settlement> {
    const probed = await probeInTurn(delivery, signal);
    if (probed.kind === 'put-off') return probed;
    if (probed.kind === 'retry') {
      return { kind: 'later', delayMs: probed.delayMs, failure: probed.failure, report: probed.report };
    }
    const recorded = await store.record({ record: probed.record, isReplay: delivery.isReplay }, signal);
    if (recorded.kind !== 'stands') return recorded;
    // Whoever recorded it may have died before it was told.
    await tell(recorded.record);
    return { kind: 'settled', record: recorded.record, report: probed.report };
  }

  function tell(delivery: AlertDelivery, record: FinishedAlert): Promise<void> {
    return record.outcome.status === 'QUARANTINED'
      ? quarantine.keep(delivery, record.outcome.failure)
      : events.publish(record, delivery.position);
  }
}

function isStreamError(error: unknown): error is StreamError {
  return error instanceof OutcomeEventsError || error instanceof AlertQuarantineError;
}

import type { Failure, FinishedAlert } from '@vigie/alert';
import type { AlertDelivery } from '../domain/alert-delivery.ts';
import type { OutcomeStore, RecordedOutcome } from '../ports/outcome-store.ts';

/** Vigie itself failed on the alert again and again; its message is in quarantine. */
export interface GivenUp {
  readonly kind: 'given-up';
  readonly failure: Failure;
  /** What it failed of in the end. */
  readonly error: unknown;
  /** Why its row doesn't say so; undefined where it does. */
  readonly recordError: unknown;
}

/** Tells everybody how an alert ended, however long that takes. */
export type Tell = (record: FinishedAlert) => Promise<void>;

/**
 * Ends an alert as QUARANTINED that nothing but an error of Vigie stopped. Its row says so if the store takes that; the
 * message is set aside in any case, so that nothing is lost and nothing is tried for ever.
 */
export type GiveUpAlert = (
  delivery: AlertDelivery,
  error: unknown,
  tell: Tell,
  signal?: AbortSignal,
) => Promise<GivenUp | Exclude<RecordedOutcome, { kind: 'stands' }>>;

export function createGiveUpAlert(store: OutcomeStore): GiveUpAlert {
  return async (delivery, error, tell, signal) => {
    const failure: Failure = { code: 'INTERNAL', message: `Vigie failed on it: ${messageOf(error)}` };
    const record = quarantinedBy(failure, delivery);
    const recorded = await store.record({ record, isReplay: delivery.isReplay }, signal).catch(recordError => {
      signal?.throwIfAborted();
      return { kind: 'unrecorded', recordError } as const;
    });
    if (recorded.kind === 'unrecorded') {
      await tell(record);
      return { kind: 'given-up', failure, error, recordError: recorded.recordError };
    }
    if (recorded.kind !== 'stands') return recorded;
    await tell(recorded.record);
    return { kind: 'given-up', failure, error, recordError: undefined };
  };
}

function quarantinedBy(failure: Failure, delivery: AlertDelivery): FinishedAlert {
  const { alert, receivedAt, traceId, attempts, position: sequence } = delivery;
  return {
    ...{ alert, receivedAt, traceId, sequence, processedAt: new Date() },
    outcome: { status: 'QUARANTINED', failure },
    effort: { attempts, bytesRead: 0, requests: 0, elapsedMs: 0 },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

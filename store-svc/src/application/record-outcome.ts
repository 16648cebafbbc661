import { Batcher } from '@vigie/service-kit/async';
import type { FoundOutcome } from '../domain/found-outcome.ts';
import type { OutcomeResult } from '../domain/record-kind.ts';
import type { AlertStore } from '../ports/alert-store.ts';
import { STORE_BATCHES } from './store-batches.ts';

export type RecordOutcome = (outcome: FoundOutcome) => Promise<OutcomeResult>;

/**
 * Records an outcome, together with whatever else waits to be recorded, also by other callers.
 *
 * @throws AlertStoreError, UnstorableError
 */
export function createRecordOutcome(store: AlertStore): RecordOutcome {
  const batcher = new Batcher<FoundOutcome, OutcomeResult>({
    ...STORE_BATCHES,
    flush: batch => store.recordOutcomes(batch),
  });
  return outcome => batcher.add(outcome);
}

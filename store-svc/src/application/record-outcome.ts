import { Batcher } from '@vigie/mesh/batch/batcher.ts';
import type { FoundOutcome } from '../domain/found-outcome.ts';
import type { OutcomeResult } from '../domain/record-kind.ts';
import type { AlertStore } from '../ports/alert-store.ts';
import { BATCH_SIZE } from './batch-size.ts';

export type RecordOutcome = (outcome: FoundOutcome) => Promise<OutcomeResult>;

/**
 * Records an outcome, together with whatever else waits to be recorded, also by other callers.
 *
 * @throws AlertStoreError
 */
export function createRecordOutcome(store: AlertStore): RecordOutcome {
  const batcher = new Batcher<FoundOutcome, OutcomeResult>({
    maxSize: BATCH_SIZE,
    flush: batch => store.recordOutcomes(batch),
  });
  return outcome => batcher.add(outcome);
}

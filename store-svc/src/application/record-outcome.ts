import { Batcher, mapGroups } from '@vigie/service-kit/async';
import { decideOutcomes, outcomeResults, uidsUnchanged } from '../domain/decide-outcomes.ts';
import type { FoundOutcome } from '../domain/found-outcome.ts';
import type { OutcomeResult } from '../domain/record-kind.ts';
import type { AlertStore, AlertStores } from '../ports/alert-store.ts';
import { STORE_BATCHES } from './store-batches.ts';

export type RecordOutcome = (outcome: FoundOutcome) => Promise<OutcomeResult>;

/**
 * Records an outcome, in one batch with whatever else waits to be recorded, also by other callers.
 *
 * @throws DatabaseError, UnstorableError
 */
export function createRecordOutcome(stores: Pick<AlertStores, 'of'>): RecordOutcome {
  const batcher = new Batcher<FoundOutcome, OutcomeResult>({
    ...STORE_BATCHES,
    flush: batch =>
      mapGroups(
        batch,
        ({ record }) => record.alert.tenant,
        (ofTenant, tenant) => recordOutcomes(stores.of(tenant), ofTenant),
      ),
  });
  return outcome => batcher.add(outcome);
}

/**
 * Records a batch of one tenant in one transaction, onto rows that are there: never makes one.
 *
 * @returns a result an outcome, in the batch's order
 * @throws DatabaseError, UnstorableError
 */
export function recordOutcomes(store: AlertStore, batch: readonly FoundOutcome[]): Promise<readonly OutcomeResult[]> {
  const uids = [...new Set(batch.map(({ record }) => record.alert.uid))];
  return store.withLocked(uids, async locked => {
    const { kinds, toWrite } = decideOutcomes(locked.current, batch);
    await locked.writeOutcomes(toWrite);
    const rows = await locked.readFinished(uidsUnchanged(kinds, batch));
    return outcomeResults(kinds, batch, locked.current, rows);
  });
}

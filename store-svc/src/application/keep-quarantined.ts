import { Batcher } from '@vigie/service-kit/async';
import type { QuarantinedAlert } from '../domain/quarantined-alert.ts';
import type { Quarantine } from '../ports/quarantine.ts';
import { STORE_BATCHES } from './store-batches.ts';

/** Each brings its payload, which may have 32 KiB. */
const MAX_BATCH = 50;

export type KeepQuarantined = (alert: QuarantinedAlert) => Promise<void>;

/**
 * Keeps a message that was set aside, together with whatever else waits to be kept.
 *
 * @throws AlertStoreError, UnstorableError
 */
export function createKeepQuarantined(quarantine: Quarantine): KeepQuarantined {
  const batcher = new Batcher<QuarantinedAlert, void>({
    ...STORE_BATCHES,
    maxSize: MAX_BATCH,
    async flush(batch) {
      await quarantine.keep(batch);
      return batch.map(() => undefined);
    },
  });
  return alert => batcher.add(alert);
}

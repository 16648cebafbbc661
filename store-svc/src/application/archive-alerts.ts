import type { AlertArchive } from '../ports/alert-archive.ts';
import type { AlertStore, AlertStores } from '../ports/alert-store.ts';
import type { MaintenanceLease } from '../ports/maintenance-lease.ts';

/** Longer than a file takes. Two that archive at once do no harm: a row is taken away once, and both have it. */
const HOLD_MS = 30_000;
const ROWS_A_FILE = 10_000;

export interface ArchiveAlertsParts {
  readonly lease: Pick<MaintenanceLease, 'hold'>;
  readonly stores: Pick<AlertStores, 'tenants' | 'of'>;
  readonly archive: AlertArchive;
  /** Since an alert was received, or brought back. */
  readonly afterMs: number;
}

/**
 * Moves old alerts from the table to files, those that are PROCESSED or FAILED and wait for nothing; a file has
 * those of one tenant. A row is taken away once its file is on disk, and only if it still says what the file does.
 *
 * @param signal ends the pass between two files
 * @throws DatabaseError, and the errors of a disk
 */
export type ArchiveAlerts = (signal: AbortSignal) => Promise<void>;

export function createArchiveAlerts({ lease, stores, archive, afterMs }: ArchiveAlertsParts): ArchiveAlerts {
  return async signal => {
    for (const tenant of await stores.tenants()) await archiveAll(stores.of(tenant), signal);
  };

  async function archiveAll(store: AlertStore, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await lease.hold(HOLD_MS)) !== undefined) {
      const found = await store.findArchivable(new Date(Date.now() - afterMs), ROWS_A_FILE);
      const [first] = found;
      if (first === undefined) return;
      const file = await archive.write(
        first.receivedAt,
        found.map(({ row }) => row),
      );
      const retired = await store.retire(found, 'ARCHIVED', file);
      // All have changed meanwhile: they come again in the next pass.
      if (retired.size === 0) return;
    }
  }
}

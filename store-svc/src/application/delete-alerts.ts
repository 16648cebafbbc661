import { isOfStores } from '@vigie/access';
import { contentHash } from '@vigie/alert';
import type { AlertFilter, ListPosition } from '../domain/alert-filter.ts';
import { isRetired, type KnownAlert, type RetiringAlert } from '../domain/retired-alert.ts';
import type { AlertStores } from '../ports/alert-store.ts';
import { AlertNotFoundError, type AlertReader } from './get-alert.ts';
import type { ListAlerts } from './list-alerts.ts';

/** The work of an alert is never deleted under whoever does it. */
export class AlertUnfinishedError extends Error {
  override readonly name = 'AlertUnfinishedError';
  readonly reason = 'ALERT_UNFINISHED';

  constructor(uid: string) {
    super(`The alert ${uid} has no outcome yet, or is being probed again. Delete it once it has its outcome.`);
  }
}

/**
 * @param reader whose alert it has to be: those of others are none to it
 * @throws AlertNotFoundError, AlertUnfinishedError, DatabaseError
 */
export type DeleteAlert = (uid: string, reader: AlertReader) => Promise<void>;

export function createDeleteAlert(alerts: Pick<AlertStores, 'of'>): DeleteAlert {
  return async (uid, { tenant, stores }) => {
    const store = alerts.of(tenant);
    const known = (await store.find([uid])).get(uid);
    const isRow = known !== undefined && !isRetired(known);
    if (stores !== undefined && !(isRow && isOfStores(known.alert.store, stores))) throw new AlertNotFoundError(uid);
    if (known === undefined || isRetired(known)) throw new AlertNotFoundError(uid, known?.retirement);
    const deleted = await store.retire([known].flatMap(retiringOf), 'DELETED');
    if (!deleted.has(uid)) throw new AlertUnfinishedError(uid);
  };
}

export interface PurgedPage {
  readonly deleted: number;
  readonly kept: number;
  readonly next: ListPosition | undefined;
}

/**
 * Deletes a page of a tenant's alerts, the latest first, but for those that are unfinished.
 *
 * @throws DatabaseError
 */
export type PurgeAlerts = (
  tenant: string,
  filter: AlertFilter,
  pageSize: number,
  after: ListPosition | undefined,
) => Promise<PurgedPage>;

export function createPurgeAlerts(listAlerts: ListAlerts, stores: Pick<AlertStores, 'of'>): PurgeAlerts {
  return async (tenant, filter, pageSize, after) => {
    const store = stores.of(tenant);
    const { alerts, next } = await listAlerts(tenant, filter, pageSize, after);
    const known = await store.find(alerts.map(({ alert }) => alert.uid));
    const deleted = await store.retire([...known.values()].flatMap(retiringOf), 'DELETED');
    return { deleted: deleted.size, kept: alerts.length - deleted.size, next };
  };
}

/** None if it has no outcome, or no row any more. */
function retiringOf(known: KnownAlert): RetiringAlert[] {
  if (isRetired(known)) return [];
  const { alert, sequence, outcomeSequence } = known;
  return outcomeSequence === null
    ? []
    : [{ uid: alert.uid, contentHash: contentHash(alert), sequence, outcomeSequence }];
}

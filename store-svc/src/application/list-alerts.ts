import { type AlertRecord, isFinished } from '@vigie/alert';
import { type AlertFilter, LATEST_FIRST, type ListOrder, type ListPosition, placeOf } from '../domain/alert-filter.ts';
import type { AlertStores } from '../ports/alert-store.ts';
import { type Page, readPage } from './page.ts';

export type AlertPage = Page<AlertRecord, ListPosition>;

export type ListAlerts = (
  tenant: string,
  filter: AlertFilter,
  pageSize: number,
  after: ListPosition | undefined,
  order?: ListOrder,
) => Promise<AlertPage>;

/**
 * A page of a tenant's alerts, the latest first if no order is given. A page begins after the place of the last alert
 * of the page before, so alerts that come in meanwhile neither repeat nor hide any.
 *
 * @throws DatabaseError
 */
export function createListAlerts(stores: Pick<AlertStores, 'of'>): ListAlerts {
  return (tenant, filter, pageSize, after, order = LATEST_FIRST) =>
    readPage(
      pageSize,
      limit => stores.of(tenant).list(filter, limit, after, order),
      record => placeOf(record, order),
      bytesOf,
    );
}

/** Of what may be long; the rest of an alert has some hundred bytes. */
function bytesOf(record: AlertRecord): number {
  const { video, store, labels } = record.alert;
  const message = isFinished(record) && record.outcome.status !== 'PROCESSED' ? record.outcome.failure.message : '';
  const texts = [video, store, message, ...Object.entries(labels ?? {}).flat()];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 1_000);
}

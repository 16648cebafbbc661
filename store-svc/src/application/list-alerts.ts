import type { AlertRecord } from '@vigie/mesh/alert/alert-record.ts';
import type { AlertFilter, ListPosition } from '../domain/alert-filter.ts';
import type { AlertStore } from '../ports/alert-store.ts';

export interface AlertPage {
  readonly alerts: readonly AlertRecord[];
  /** The last alert's place; undefined on the last page. */
  readonly next: ListPosition | undefined;
}

export type ListAlerts = (
  filter: AlertFilter,
  pageSize: number,
  behind: ListPosition | undefined,
) => Promise<AlertPage>;

/**
 * A page of alerts, the latest first. A page begins behind the last alert of the one before, wherever that now stands, so
 * alerts that come in meanwhile neither repeat nor hide any.
 *
 * @throws AlertStoreError
 */
export function createListAlerts(store: AlertStore): ListAlerts {
  return async (filter, pageSize, behind) => {
    const found = await store.list(filter, pageSize + 1, behind);
    const alerts = found.slice(0, pageSize);
    const last = alerts.at(-1)?.alert;
    if (found.length <= pageSize || last === undefined) return { alerts, next: undefined };
    return { alerts, next: { timestampMicros: last.timestampMicros, uid: last.uid } };
  };
}

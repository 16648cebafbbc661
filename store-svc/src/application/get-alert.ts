import type { AlertRecord } from '@vigie/alert';
import type { AlertStore } from '../ports/alert-store.ts';

export class AlertNotFoundError extends Error {
  override readonly name = 'AlertNotFoundError';
  readonly reason = 'ALERT_NOT_FOUND';
  readonly uid: string;

  constructor(uid: string) {
    super(`There is no alert with uid ${uid}.`);
    this.uid = uid;
  }
}

export type GetAlert = (uid: string) => Promise<AlertRecord>;

/** @throws AlertNotFoundError, AlertStoreError */
export function createGetAlert(store: AlertStore): GetAlert {
  return async uid => {
    const record = await store.get(uid);
    if (record === undefined) throw new AlertNotFoundError(uid);
    return record;
  };
}

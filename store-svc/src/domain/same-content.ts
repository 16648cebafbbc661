import type { Alert } from '@vigie/alert';

/** Whether two alerts of one uid are the same alert. */
export function isSameContent(a: Alert, b: Alert): boolean {
  return a.video === b.video && a.timestampMicros === b.timestampMicros && a.store === b.store;
}

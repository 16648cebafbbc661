import { createHash } from 'node:crypto';
import type { Alert } from './alert.ts';

/** What tells two alerts of one uid apart. */
export type AlertContent = Omit<Alert, 'uid'>;

/** Equal for equal content. */
export function contentKey({ video, timestampMicros, store }: AlertContent): string {
  return JSON.stringify([video, timestampMicros, store]);
}

/** Whether two alerts of one uid are the same alert. */
export function isSameContent(a: AlertContent, b: AlertContent): boolean {
  return contentKey(a) === contentKey(b);
}

/** Of `contentKey`, 22 characters of base64url. */
export function contentHash(alert: AlertContent): string {
  return createHash('sha256').update(contentKey(alert)).digest().subarray(0, 16).toString('base64url');
}

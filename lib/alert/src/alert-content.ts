import { hash } from 'node:crypto';
import type { Alert } from './alert.ts';
import { sortedLabels } from './labels.ts';

/** What tells two alerts of one uid apart. */
export type AlertContent = Omit<Alert, 'tenant' | 'uid'>;

/**
 * Equal for equal content, whatever the order of the labels. Without labels it says what it said before there were any:
 * messages and outcomes of that time are in the streams.
 */
export function contentKey({ video, timestampMicros, store, labels = {} }: AlertContent): string {
  const entries = sortedLabels(labels);
  return JSON.stringify([video, timestampMicros, store, ...(entries.length > 0 ? [entries] : [])]);
}

/** Whether two alerts of one uid are the same alert. */
export function isSameContent(a: AlertContent, b: AlertContent): boolean {
  return contentKey(a) === contentKey(b);
}

/** Of `contentKey`, 22 characters of base64url. */
export function contentHash(alert: AlertContent): string {
  return hash('sha256', contentKey(alert), 'buffer').subarray(0, 16).toString('base64url');
}

import { WrongUsageError } from './wrong-usage-error.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `2025-06-02T13:00:00Z`, Unix seconds, or so long ago: `15m`. @throws WrongUsageError */
export function readTime(name: string, text: string, now: number): Date {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return new Date(now - agoMs);
  if (/^\d+(\.\d+)?$/.test(text)) return new Date(Number(text) * 1_000);
  // Without its zone a time would be that of this machine.
  const time = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? new Date(text) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw new WrongUsageError(`${name} ${text}: give a time like 2025-06-02T13:00:00Z, or 15m for 15 minutes ago`);
  }
  return time;
}

/** `30s`, `1.5m`, `500ms`. @throws WrongUsageError */
export function readDurationMs(name: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new WrongUsageError(`${name} ${text}: give a duration like 30s or 2m`);
  return ms;
}

/** A whole number from 0. @throws WrongUsageError */
export function readCount(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new WrongUsageError(`${name} ${text}: give a whole number`);
}

/** @param labels each as `key=value`. @throws WrongUsageError */
export function readLabels(labels: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    labels.map(label => {
      const at = label.indexOf('=');
      if (at < 1) throw new WrongUsageError(`--label ${label}: give key=value`);
      return [label.slice(0, at), label.slice(at + 1)];
    }),
  );
}

function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9}(?:\.\d+)?)(ms|[smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] as number);
}

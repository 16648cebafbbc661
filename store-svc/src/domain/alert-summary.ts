import type { AlertStatus, FailureCode } from '@vigie/alert';

/** How many alerts are alike. */
export interface AlertCount {
  readonly store: string;
  readonly status: AlertStatus;
  /** Of those that are FAILED or QUARANTINED. */
  readonly failureCode: FailureCode | undefined;
  readonly alerts: number;
}

/** How many alerts have each value, the most first; of equal counts, the values are in their order. */
export type Tally<V extends string> = readonly { readonly value: V; readonly alerts: number }[];

export interface AlertSummary {
  readonly alerts: number;
  readonly byStatus: Tally<AlertStatus>;
  readonly byStore: Tally<string>;
  readonly byFailureCode: Tally<FailureCode>;
}

export function summarize(counts: readonly AlertCount[]): AlertSummary {
  return {
    alerts: counts.reduce((sum, { alerts }) => sum + alerts, 0),
    byStatus: tally(counts, ({ status }) => status),
    byStore: tally(counts, ({ store }) => store),
    byFailureCode: tally(counts, ({ failureCode }) => failureCode),
  };
}

function tally<V extends string>(
  counts: readonly AlertCount[],
  valueIn: (count: AlertCount) => V | undefined,
): Tally<V> {
  const sums = new Map<V, number>();
  for (const count of counts) {
    const value = valueIn(count);
    if (value !== undefined) sums.set(value, (sums.get(value) ?? 0) + count.alerts);
  }
  return [...sums]
    .map(([value, alerts]) => ({ value, alerts }))
    .sort((a, b) => b.alerts - a.alerts || (a.value < b.value ? -1 : 1));
}

import type { AlertStatus, FailureCode } from '@vigie/alert';

/** How many alerts have each value, the most first; of equal counts, the values are in their order. */
export type Tally<V extends string> = readonly TallyEntry<V>[];

export interface TallyEntry<V extends string> {
  readonly value: V;
  readonly alerts: number;
}

/** How many alerts there are. */
export interface AlertSummary {
  readonly alerts: number;
  readonly byStatus: Tally<AlertStatus>;
  readonly byStore: Tally<string>;
  /** Of those that are FAILED or QUARANTINED. */
  readonly byFailureCode: Tally<FailureCode>;
}

/** @param counts one for each value */
export function tallyOf<V extends string>(counts: Iterable<TallyEntry<V>>): Tally<V> {
  return [...counts].sort((a, b) => b.alerts - a.alerts || (a.value < b.value ? -1 : 1));
}

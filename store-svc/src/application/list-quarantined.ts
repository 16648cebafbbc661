import type {
  QuarantinedAlert,
  QuarantineFilter,
  QuarantinePosition,
  QuarantineState,
} from '../domain/quarantined-alert.ts';
import type { Quarantine } from '../ports/quarantine.ts';

export interface QuarantinePage {
  readonly alerts: readonly QuarantinedAlert[];
  /** The last message's place; undefined on the last page. */
  readonly next: QuarantinePosition | undefined;
}

export type ListQuarantined = (
  state: QuarantineState,
  filter: QuarantineFilter,
  pageSize: number,
  behind: QuarantinePosition | undefined,
) => Promise<QuarantinePage>;

/** @throws AlertStoreError */
export function createListQuarantined(quarantine: Quarantine): ListQuarantined {
  return async (state, filter, pageSize, behind) => {
    const found = await quarantine.list(state, filter, pageSize + 1, behind);
    const alerts = found.slice(0, pageSize);
    const last = alerts.at(-1);
    if (found.length <= pageSize || last === undefined) return { alerts, next: undefined };
    return { alerts, next: { quarantinedAtMs: last.quarantinedAt.getTime(), id: last.id } };
  };
}

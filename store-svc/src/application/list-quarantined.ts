import type {
  QuarantinedAlert,
  QuarantineFilter,
  QuarantinePosition,
  QuarantineState,
} from '../domain/quarantined-alert.ts';
import type { QuarantineStore } from '../ports/quarantine-store.ts';
import { type Page, readPage } from './page.ts';

export type ListQuarantined = (
  state: QuarantineState,
  filter: QuarantineFilter,
  pageSize: number,
  behind: QuarantinePosition | undefined,
) => Promise<Page<QuarantinedAlert, QuarantinePosition>>;

/** @throws AlertStoreError */
export function createListQuarantined(quarantine: QuarantineStore): ListQuarantined {
  return (state, filter, pageSize, behind) =>
    readPage(
      pageSize,
      limit => quarantine.list(state, filter, limit, behind),
      ({ quarantinedAt, id }) => ({ quarantinedAtMs: quarantinedAt.getTime(), id }),
    );
}

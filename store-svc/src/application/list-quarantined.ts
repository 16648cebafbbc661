import type {
  QuarantinedAlert,
  QuarantineFilter,
  QuarantinePosition,
  QuarantineState,
} from '../domain/quarantined-alert.ts';
import type { QuarantineStore } from '../ports/quarantine-store.ts';
import { type Page, readPage } from './page.ts';

export type ListQuarantined = (
  tenant: string,
  state: QuarantineState,
  filter: QuarantineFilter,
  pageSize: number,
  after: QuarantinePosition | undefined,
) => Promise<Page<QuarantinedAlert, QuarantinePosition>>;

/** @throws DatabaseError */
export function createListQuarantined(quarantine: QuarantineStore): ListQuarantined {
  return (tenant, state, filter, pageSize, after) =>
    readPage(
      pageSize,
      limit => quarantine.list(tenant, state, filter, limit, after),
      ({ quarantinedAt, id }) => ({ quarantinedAtMs: quarantinedAt.getTime(), id }),
    );
}

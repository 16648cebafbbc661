import type { AuditEvent } from '@vigie/access';
import type { AuditFilter } from '../domain/audit-filter.ts';
import type { ListPosition } from '../domain/list-position.ts';
import type { AuditTrail } from '../ports/audit-trail.ts';
import { type Page, readPage } from './page.ts';

/** The latest first. @throws DatabaseError */
export type ListAuditEvents = (
  filter: AuditFilter,
  pageSize: number,
  after: ListPosition | undefined,
) => Promise<Page<AuditEvent>>;

export function createListAuditEvents(trail: Pick<AuditTrail, 'list'>): ListAuditEvents {
  return (filter, pageSize, after) =>
    readPage(
      pageSize,
      limit => trail.list(filter, limit, after),
      ({ at, id }) => ({ time: at, id }),
    );
}

import type { AuditEvent } from '@vigie/access';
import type { AuditFilter } from '../domain/audit-filter.ts';
import type { ListPosition } from '../domain/list-position.ts';

/**
 * What was done, by whom.
 *
 * Every method throws DatabaseError if the trail can't do it now and trying again makes sense.
 */
export interface AuditTrail {
  /** Keeps events; those whose ids it has already stay as they are. */
  record(events: readonly AuditEvent[]): Promise<void>;

  /** The latest first. @param after only events that come later in the list than this place */
  list(filter: AuditFilter, limit: number, after?: ListPosition): Promise<readonly AuditEvent[]>;

  /** Forgets events that are older than that, by the trail's own clock, in small batches until the signal aborts. */
  forgetOld(days: number, signal: AbortSignal): Promise<void>;
}

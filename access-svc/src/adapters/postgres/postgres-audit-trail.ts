import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { AuditEvent } from '@vigie/access';
import { askPostgres, forgetRows } from '@vigie/postgres';
import { jsonLiteral } from '@vigie/postgres/values';
import type { AuditFilter } from '../../domain/audit-filter.ts';
import type { ListPosition } from '../../domain/list-position.ts';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import { forTenant } from './for-tenant.ts';

/** Of one statement, which has to end within its timeout. */
const FORGOTTEN_AT_ONCE = 1_000;

/** The table `access.audit_events`. */
export class PostgresAuditTrail implements AuditTrail {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  record(events: readonly AuditEvent[]): Promise<void> {
    const rows = jsonLiteral(events.map(({ traceId, ...event }) => ({ ...event, trace_id: traceId })));
    return this.#run(async em => void (await em.execute(RECORD, [rows], 'run')));
  }

  list({ tenant, subject, method, sinceMs, untilMs }: AuditFilter, limit: number, after?: ListPosition) {
    const conditions = new Map<string, readonly unknown[]>();
    if (tenant !== undefined) conditions.set('tenant = ?', [tenant]);
    if (subject !== undefined) conditions.set('subject = ?', [subject]);
    if (method !== undefined) conditions.set('method = ?', [method]);
    if (sinceMs !== undefined) conditions.set('at >= to_timestamp(? / 1e3)', [sinceMs]);
    if (untilMs !== undefined) conditions.set('at < to_timestamp(? / 1e3)', [untilMs]);
    if (after !== undefined) conditions.set('(at, id) < (?, ?::uuid)', [after.time.toISOString(), after.id]);
    const where = ['true', ...conditions.keys()].join(' and ');
    const statement = `select ${COLUMNS} from access.audit_events where ${where} order by at desc, id desc limit ?`;
    const read = async (em: EntityManager): Promise<readonly AuditEvent[]> => {
      const rows: AuditEventRow[] = await em.execute(statement, [...[...conditions.values()].flat(), limit]);
      return rows.map(({ trace_id: traceId, at_ms, ...row }) => ({ ...row, at: new Date(at_ms), traceId }));
    };
    return tenant === undefined ? this.#run(read) : forTenant(this.#orm, tenant, read);
  }

  forgetOld(days: number, signal: AbortSignal): Promise<void> {
    return forgetRows(this.#orm, { statement: FORGET, params: [days], atOnce: FORGOTTEN_AT_ONCE }, signal);
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}

interface AuditEventRow extends Omit<AuditEvent, 'at' | 'traceId'> {
  readonly at_ms: number;
  readonly trace_id: string;
}

const COLUMNS = 'id, extract(epoch from at)::float8 * 1000 as at_ms, subject, tenant, method, request, code, trace_id';

const RECORD = `insert into access.audit_events
select * from jsonb_populate_recordset(null::access.audit_events, ?::jsonb) on conflict (id) do nothing`;

const FORGET = 'select access.forget_audit_events(?, ?) as forgotten';

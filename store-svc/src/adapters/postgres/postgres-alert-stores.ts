import { raw } from '@mikro-orm/core';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { askPostgres } from '@vigie/postgres';
import { fromTimestampText } from '@vigie/postgres/values';
import type { AwaitingAlert, AwaitingFilter, AwaitingPosition, Backlog } from '../../domain/awaiting-alert.ts';
import type { AlertStores } from '../../ports/alert-store.ts';
import { AlertPages } from './alert-pages.ts';
import { AlertRow } from './alert-row.ts';
import { toReceived } from './alert-row-mapping.ts';
import { alertStatements } from './alert-statements.ts';
import { PostgresAlertStore, type PostgresAlertStoreParts } from './postgres-alert-store.ts';
import { rowReader } from './read-row.ts';

/** What is asked of all tenants at once runs as the service's own role, which sees all rows. */
export class PostgresAlertStores implements AlertStores {
  readonly #parts: PostgresAlertStoreParts;

  constructor(orm: MikroORM) {
    const statements = alertStatements(orm);
    this.#parts = { orm, statements, readRow: rowReader(orm), pages: new AlertPages(statements) };
  }

  of(tenant: string): PostgresAlertStore {
    return new PostgresAlertStore(this.#parts, tenant);
  }

  tenants(): Promise<readonly string[]> {
    return this.#run(async em => {
      const rows: { tenant: string }[] = await em.execute(TENANTS);
      return rows.map(({ tenant }) => tenant);
    });
  }

  findAwaiting(filter: AwaitingFilter, limit: number, behind?: AwaitingPosition): Promise<readonly AwaitingAlert[]> {
    const { finishedThrough, receivedBefore, firstSequence } = filter;
    return this.#run(async em => {
      const query = em.createQueryBuilder(AlertRow, 'a').select('*').where(AWAITING);
      query.andWhere(`${AWAITED} <= ?`, [finishedThrough]);
      query.andWhere(`(a.received_at < ? or ${AWAITED} < ?)`, [receivedBefore.toISOString(), firstSequence]);
      if (behind !== undefined) {
        const place = [behind.awaitedSequence, behind.tenant, behind.uid];
        query.andWhere(`(${AWAITED}, a.tenant, a.uid) > (?, ?, ?)`, place);
      }
      query.orderBy([{ [raw(AWAITED)]: 'asc' }, { tenant: 'asc' }, { uid: 'asc' }]).limit(limit);
      const rows = await query.getResultList();
      return rows.map(row => ({
        ...toReceived(row),
        awaitedSequence: row.awaitedSequence ?? row.alertSequence,
      }));
    });
  }

  lastPosition(): Promise<number> {
    return this.#run(async em => {
      const [row]: { last: string | null }[] = await em.execute(`select max(${POSITION}) as last from alerts`);
      return Number(row?.last ?? 0);
    });
  }

  countReceived(before: Date): Promise<Backlog> {
    return this.#run(async em => {
      const [row]: { alerts: string; oldest: string | null }[] = await em.execute(
        `select count(*) as alerts, min(received_at) as oldest from alerts where status = 'RECEIVED' and received_at < ?`,
        [before.toISOString()],
      );
      const oldest = row?.oldest ? new Date(fromTimestampText(row.oldest) / 1_000) : undefined;
      return { alerts: Number(row?.alerts), oldest };
    });
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#parts.orm.em.fork()));
  }
}

/** As the index alerts_position has it. */
const POSITION = 'greatest(alert_sequence, awaited_sequence, sequence)';
/** As the index alerts_awaiting has them. */
const AWAITING = `(a.status = 'RECEIVED' or a.awaited_sequence is not null)`;
const AWAITED = 'coalesce(a.awaited_sequence, a.alert_sequence)';

/** One look into the index for each, where `distinct` would read all of it. */
const TENANTS = `with recursive found as (
  (select tenant from alerts order by tenant limit 1)
  union all
  select (select a.tenant from alerts as a where a.tenant > found.tenant order by a.tenant limit 1)
  from found where found.tenant is not null
)
select tenant from found where tenant is not null`;

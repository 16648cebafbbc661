import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { AlertName } from '@vigie/alert';
import { findAlertIn } from '@vigie/alert/wire';
import { askPostgres } from '@vigie/postgres';
import { toTimestampText } from '@vigie/postgres/values';
import type {
  QuarantinedAlert,
  QuarantineFilter,
  QuarantinePosition,
  QuarantineState,
} from '../../domain/quarantined-alert.ts';
import type { QuarantineStore } from '../../ports/quarantine-store.ts';
import { askForTenant } from './ask-for-tenant.ts';
import { QuarantinedRow } from './quarantined-row.ts';

export class PostgresQuarantineStore implements QuarantineStore {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  keep(batch: readonly QuarantinedAlert[]): Promise<void> {
    return this.#run(async em => {
      // One statement must not name a row twice.
      const rows = new Map(batch.map(alert => [alert.id, toRow(alert)]));
      await em
        .createQueryBuilder(QuarantinedRow)
        .insert([...rows.values()])
        .onConflict('id')
        .ignore()
        .execute('run');
    });
  }

  list(tenant: string, state: QuarantineState, filter: QuarantineFilter, limit: number, after?: QuarantinePosition) {
    return this.#runFor(tenant, async em => {
      const query = select(em, tenant, state, filter).orderBy({ quarantinedAt: 'desc', id: 'desc' }).limit(limit);
      if (after !== undefined) {
        const place = [new Date(after.quarantinedAtMs).toISOString(), after.id];
        query.andWhere('(q.quarantined_at, q.id) < (?, ?)', place);
      }
      return (await query.getResultList()).map(toQuarantined);
    });
  }

  has(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#run(async em => {
      if (ids.length === 0) return new Set();
      const rows = await em.find(QuarantinedRow, { id: { $in: [...ids] } }, { fields: ['id'] });
      return new Set(rows.map(({ id }) => id));
    });
  }

  findAt(streamSequence: number, { tenant, uid }: AlertName): Promise<QuarantinedAlert | undefined> {
    return this.#run(async em => {
      const row = await em.findOne(QuarantinedRow, { tenant, uid, streamSequence });
      return row === null ? undefined : toQuarantined(row);
    });
  }

  oldestHeld(tenant: string, filter: QuarantineFilter, limit: number) {
    return this.#runFor(tenant, async em => {
      const query = select(em, tenant, 'HELD', filter).orderBy({ quarantinedAt: 'asc', id: 'asc' }).limit(limit);
      return (await query.getResultList()).map(toQuarantined);
    });
  }

  countHeld(tenant: string, filter: QuarantineFilter): Promise<number> {
    return this.#runFor(tenant, em => select(em, tenant, 'HELD', filter).getCount());
  }

  resolve(tenant: string, ids: readonly string[], state: Exclude<QuarantineState, 'HELD'>): Promise<number> {
    if (ids.length === 0) return Promise.resolve(0);
    const held = { tenant, id: { $in: [...ids] }, state: 'HELD' } as const;
    return this.#runFor(tenant, em => em.nativeUpdate(QuarantinedRow, held, { state, resolvedAt: new Date() }));
  }

  #runFor<T>(tenant: string, work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askForTenant(this.#orm, tenant, work);
  }

  /** For all tenants. */
  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}

function select(em: EntityManager, tenant: string, state: QuarantineState, filter: QuarantineFilter) {
  const { ids, uid, stores, code, sinceMicros, untilMicros } = filter;
  const query = em.createQueryBuilder(QuarantinedRow, 'q').select('*').where({ tenant, state });
  if (ids !== undefined) query.andWhere({ id: { $in: [...ids] } });
  if (uid !== undefined) query.andWhere({ uid });
  if (stores !== undefined) query.andWhere({ store: { $in: [...stores] } });
  if (code !== undefined) query.andWhere({ failureCode: code });
  if (sinceMicros !== undefined) query.andWhere('q.quarantined_at >= ?', [toTimestampText(sinceMicros)]);
  if (untilMicros !== undefined) query.andWhere('q.quarantined_at < ?', [toTimestampText(untilMicros)]);
  return query;
}

/**
 * As long as an alert's may be. The index takes no more than 2,704 bytes, and a subject written by hand may hold more.
 */
const STORE_MAX_CHARACTERS = 128;

function toRow(quarantined: QuarantinedAlert) {
  const { alert, failure, sequence, ...row } = quarantined;
  return {
    ...row,
    uid: alert?.uid ?? null,
    store: storable([...row.store].slice(0, STORE_MAX_CHARACTERS).join('')),
    failureCode: failure.code,
    failureMessage: storable(failure.message),
    subject: storable(row.subject),
    streamSequence: sequence,
    payload: Buffer.from(row.payload),
  };
}

/** As text that Postgres takes: a subject that was written by hand may hold anything. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

function toQuarantined(row: QuarantinedRow): QuarantinedAlert {
  return {
    ...{
      id: row.id,
      state: row.state,
      tenant: row.tenant,
      store: row.store,
      attempts: row.attempts,
      redrives: row.redrives,
    },
    // The rules may have become stricter since.
    alert: row.uid === null ? undefined : findAlertIn(row.payload, row.tenant),
    failure: { code: row.failureCode, message: row.failureMessage },
    ...{ receivedAt: row.receivedAt, quarantinedAt: row.quarantinedAt, resolvedAt: row.resolvedAt ?? null },
    ...{ traceId: row.traceId, subject: row.subject, sequence: row.streamSequence, payload: row.payload },
  };
}

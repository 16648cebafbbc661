import { LockMode, raw } from '@mikro-orm/core';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { type AlertRecord, contentHash, type FinishedAlert } from '@vigie/alert';
import { askPostgres, inTransaction } from '@vigie/postgres';
import { fromTimestampText, jsonLiteral } from '@vigie/postgres/values';
import type { AlertArrival } from '../../domain/alert-arrival.ts';
import { type AlertFilter, LATEST_FIRST, type ListPosition } from '../../domain/alert-filter.ts';
import type { AlertRetry } from '../../domain/alert-retry.ts';
import type { AwaitingAlert, AwaitingFilter, AwaitingPosition, Backlog } from '../../domain/awaiting-alert.ts';
import type { CurrentAlert } from '../../domain/current-alert.ts';
import type { AlertChanges } from '../../domain/decide-alerts.ts';
import type {
  ArchivableAlert,
  KnownAlert,
  RetiredAlert,
  Retirement,
  RetiringAlert,
} from '../../domain/retired-alert.ts';
import type { AlertStore, LockedAlerts } from '../../ports/alert-store.ts';
import { AlertPages } from './alert-pages.ts';
import { AlertRow, RECEIVED_PROPERTIES } from './alert-row.ts';
import { toAlert, toOutcomeRow, toReceived, toReceivedRow, toRecord, toRetryRow } from './alert-row-mapping.ts';
import { type AlertStatements, type AwaitingRow, alertStatements, type ReopeningRow } from './alert-statements.ts';
import { requireColumn } from './column-group.ts';
import { type ReadRow, rowReader } from './read-row.ts';

export class PostgresAlertStore implements AlertStore {
  readonly #orm: MikroORM;
  readonly #statements: AlertStatements;
  readonly #readRow: ReadRow;
  readonly #pages = new AlertPages();

  constructor(orm: MikroORM) {
    this.#orm = orm;
    this.#statements = alertStatements(orm);
    this.#readRow = rowReader(orm);
  }

  insertNew(alerts: readonly AlertArrival[]): Promise<ReadonlyMap<string, KnownAlert>> {
    return this.#run(async em => {
      const rows = jsonLiteral(alerts.map(toReceivedRow));
      const inserted: { uid: string }[] = await em.execute(this.#statements.insertReceived, [rows]);
      const uids = new Set(alerts.map(({ received }) => received.alert.uid));
      return this.#readAll(em, [...uids.difference(new Set(inserted.map(({ uid }) => uid)))]);
    });
  }

  change({ earlier, reopened, awaited }: AlertChanges): Promise<void> {
    return this.#run(async em => {
      await update(em, this.#statements.moveEarlier, earlier.map(toReceivedRow));
      await update(em, this.#statements.reopenQuarantined, reopened.map(toReopeningRow));
      await update(em, this.#statements.awaitOutcomes, awaited.map(toAwaitingRow));
    });
  }

  displace(first: AlertArrival): Promise<void> {
    return this.#run(em => update(em, this.#statements.displaceLater, [toReceivedRow(first)]));
  }

  withLocked<T>(uids: readonly string[], work: (locked: LockedAlerts) => Promise<T>): Promise<T> {
    return askPostgres(() =>
      inTransaction(this.#orm, async em =>
        work({
          current: await this.#readKnown(em, uids, lockCurrent(em, uids)),
          writeOutcomes: outcomes => {
            const rows = outcomes.map(({ record }) => toOutcomeRow(record));
            return update(em, this.#statements.updateOutcomes, rows);
          },
          readFinished: finishedUids => readFinished(em, finishedUids),
        }),
      ),
    );
  }

  noteRetries(retries: readonly AlertRetry[]): Promise<void> {
    // In the order of the uids: two batches never wait for each other.
    const rows = retries.map(toRetryRow).sort((a, b) => (a.uid < b.uid ? -1 : 1));
    return this.#run(em => update(em, this.#statements.noteRetries, rows));
  }

  get(uid: string): Promise<AlertRecord | undefined> {
    return this.#run(async em => {
      const row = await em.findOne(AlertRow, { uid });
      return row === null ? undefined : toRecord(row);
    });
  }

  find(uids: readonly string[]): Promise<ReadonlyMap<string, KnownAlert>> {
    return this.#run(em => this.#readKnown(em, uids, selectCurrent(em, uids)));
  }

  findArchivable(before: Date, limit: number): Promise<readonly ArchivableAlert[]> {
    return this.#run(async em => {
      const query = em.createQueryBuilder(AlertRow, 'a').select('*').addSelect(raw('row_to_json(a)::text as row'));
      query.where(`a.status in ('PROCESSED', 'FAILED') and a.awaited_sequence is null`);
      query.andWhere('a.received_at < ? and (a.restored_at is null or a.restored_at < ?)', [
        ...[before.toISOString(), before.toISOString()],
      ]);
      const given: { row: string }[] = await query
        .orderBy({ receivedAt: 'asc', uid: 'asc' })
        .limit(limit)
        .execute('all');
      return given.map(({ row, ...columns }) => {
        const { uid, alertSequence: sequence, outcomeSequence, ...rest } = this.#readRow(columns);
        const hash = contentHash(toAlert({ uid, ...rest }));
        return {
          ...{ uid, contentHash: hash, sequence, outcomeSequence: requireColumn(outcomeSequence) },
          ...{ receivedAt: rest.receivedAt, row },
        };
      });
    });
  }

  retire(alerts: readonly RetiringAlert[], retirement: Retirement, file?: string): Promise<ReadonlySet<string>> {
    // An archived alert brings its whole row along, which is in the file already.
    const rows = alerts.map(({ uid, contentHash: hash, sequence, outcomeSequence }) => {
      return { uid, contentHash: hash, sequence, outcomeSequence };
    });
    return this.#run(async em => {
      const values = [jsonLiteral(rows), retirement, file ?? null];
      const retired: { uid: string }[] = await em.execute('select retire_alerts(?, ?, ?) as uid', values);
      return new Set(retired.map(({ uid }) => uid));
    });
  }

  findAwaiting(filter: AwaitingFilter, limit: number, behind?: AwaitingPosition): Promise<readonly AwaitingAlert[]> {
    const { finishedThrough, receivedBefore, firstSequence } = filter;
    return this.#run(async em => {
      const query = em.createQueryBuilder(AlertRow, 'a').select('*').where(AWAITING);
      query.andWhere(`${AWAITED} <= ?`, [finishedThrough]);
      query.andWhere(`(a.received_at < ? or ${AWAITED} < ?)`, [receivedBefore.toISOString(), firstSequence]);
      if (behind !== undefined) query.andWhere(`(${AWAITED}, a.uid) > (?, ?)`, [behind.awaitedSequence, behind.uid]);
      query.orderBy([{ [raw(AWAITED)]: 'asc' }, { uid: 'asc' }]).limit(limit);
      const rows = await query.getResultList();
      return rows.map(row => ({
        ...toReceived(row),
        awaitedSequence: row.awaitedSequence ?? row.alertSequence,
      }));
    });
  }

  awaitOutcome(uid: string, awaitedSequence: number): Promise<void> {
    return this.#run(em => update(em, this.#statements.awaitOutcomes, [{ uid, awaitedSequence }]));
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

  list(
    filter: AlertFilter,
    limit: number,
    after?: ListPosition,
    order = LATEST_FIRST,
  ): Promise<readonly AlertRecord[]> {
    return this.#run(async em => {
      const rows = await this.#pages.read(em, filter, limit, after, order);
      return rows.map(row => toRecord(this.#readRow(row)));
    });
  }

  /** @param uids of alerts that have rows, or had them */
  async #readAll(em: EntityManager, uids: readonly string[]): Promise<Map<string, KnownAlert>> {
    if (uids.length === 0) return new Map();
    const known = await this.#readKnown(em, uids, selectCurrent(em, uids));
    if (known.size === uids.length) return known;
    throw new Error(`${uids.length - known.size} rows of alerts vanished while they were compared.`);
  }

  /** Rows first: one that is retired meanwhile is found among those. */
  async #readKnown(
    em: EntityManager,
    uids: readonly string[],
    rows: ReturnType<typeof selectCurrent>,
  ): Promise<Map<string, KnownAlert>> {
    const known: Map<string, KnownAlert> = await this.#readCurrent(rows);
    const missing = uids.filter(uid => !known.has(uid));
    for (const retired of await readRetired(em, missing)) known.set(retired.uid, retired);
    return known;
  }

  async #readCurrent(query: ReturnType<typeof selectCurrent>): Promise<Map<string, CurrentAlert>> {
    const rows = (await query.execute('all')).map(this.#readRow);
    return new Map(
      rows.map(row => [
        row.uid,
        {
          ...toReceived(row),
          ...{ status: row.status, sequence: row.alertSequence, outcomeSequence: row.outcomeSequence ?? null },
        },
      ]),
    );
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}

/** As the index alerts_position has it. */
const POSITION = 'greatest(alert_sequence, awaited_sequence, sequence)';
/** As the index alerts_awaiting has them. */
const AWAITING = `(a.status = 'RECEIVED' or a.awaited_sequence is not null)`;
const AWAITED = 'coalesce(a.awaited_sequence, a.alert_sequence)';

async function update(em: EntityManager, statement: string, rows: readonly object[]): Promise<void> {
  if (rows.length > 0) await em.execute(statement, [jsonLiteral(rows)], 'run');
}

function toReopeningRow({ received, sequence }: AlertArrival): ReopeningRow {
  return { uid: received.alert.uid, outcomeSequence: sequence };
}

function toAwaitingRow({ received, sequence }: AlertArrival): AwaitingRow {
  return { uid: received.alert.uid, awaitedSequence: sequence };
}

/** Whole rows, which are read for few. */
async function readFinished(em: EntityManager, uids: readonly string[]): Promise<Map<string, FinishedAlert>> {
  const rows = uids.length === 0 ? [] : await em.find(AlertRow, { uid: { $in: [...uids] } });
  return new Map(rows.map(row => [row.uid, toRecord(row) as FinishedAlert]));
}

async function readRetired(em: EntityManager, uids: readonly string[]): Promise<readonly RetiredAlert[]> {
  if (uids.length === 0) return [];
  return em.execute(
    `select uid, retirement, content_hash as "contentHash" from retired_alerts
     where uid in (${uids.map(() => '?').join(', ')})`,
    [...uids],
  );
}

/** Locks the rows until the transaction ends, in the order of the uids: two batches never wait for each other. */
function lockCurrent(em: EntityManager, uids: readonly string[]) {
  return selectCurrent(em, uids).orderBy({ uid: 'asc' }).setLockMode(LockMode.PESSIMISTIC_WRITE);
}

function selectCurrent(em: EntityManager, uids: readonly string[]) {
  return em
    .createQueryBuilder(AlertRow, 'a')
    .select([...RECEIVED_PROPERTIES, 'outcomeSequence'])
    .where({ uid: { $in: uids } });
}

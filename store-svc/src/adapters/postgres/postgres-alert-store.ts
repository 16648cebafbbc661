import { LockMode } from '@mikro-orm/core';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { AlertRecord, FinishedAlert } from '@vigie/alert';
import type { AlertArrival } from '../../domain/alert-arrival.ts';
import type { AlertFilter, ListPosition } from '../../domain/alert-filter.ts';
import type { FoundOutcome } from '../../domain/found-outcome.ts';
import { firstOfEachUid, judgeAlerts } from '../../domain/judge-alerts.ts';
import { judgeOutcomes } from '../../domain/judge-outcomes.ts';
import { outcomeResults } from '../../domain/outcome-results.ts';
import type { AlertResult, OutcomeRecordKind, OutcomeResult } from '../../domain/record-kind.ts';
import type { StandingAlert } from '../../domain/standing-alert.ts';
import type { AlertStore } from '../../ports/alert-store.ts';
import { AlertRow, RECEIVED_PROPERTIES } from './alert-row.ts';
import { toAlert, toOutcomeRow, toReceivedRow, toRecord } from './alert-row-mapping.ts';
import { type AlertStatements, alertStatements, type ReopeningRow } from './alert-statements.ts';
import { askPostgres } from './ask-postgres.ts';
import { inTransaction } from './in-transaction.ts';
import { jsonLiteral } from './json-literal.ts';
import { fromTimestampText, toTimestampText } from './timestamp-text.ts';

export class PostgresAlertStore implements AlertStore {
  readonly #orm: MikroORM;
  readonly #statements: AlertStatements;

  constructor(orm: MikroORM) {
    this.#orm = orm;
    this.#statements = alertStatements(orm);
  }

  recordReceived(batch: readonly AlertArrival[]): Promise<readonly AlertResult[]> {
    return this.#run(async em => {
      const firsts = firstOfEachUid(batch);
      const { insertReceived, reopenQuarantined, moveEarlier } = this.#statements;
      const inserted: { uid: string }[] = await em.execute(insertReceived, [jsonLiteral(firsts.map(toReceivedRow))]);
      const uids = new Set(firsts.map(({ received }) => received.alert.uid));
      const known = uids.difference(new Set(inserted.map(({ uid }) => uid)));
      const { results, earlier, reopened } = judgeAlerts(await readKnown(em, [...known]), batch);
      await update(em, moveEarlier, earlier.map(toReceivedRow));
      await update(em, reopenQuarantined, reopened.map(toReopeningRow));
      return results;
    });
  }

  displaceLatecomer(first: AlertArrival): Promise<void> {
    return this.#run(em => update(em, this.#statements.displaceLatecomers, [toReceivedRow(first)]));
  }

  recordOutcomes(batch: readonly FoundOutcome[]): Promise<readonly OutcomeResult[]> {
    return askPostgres(() =>
      inTransaction(this.#orm, async em => {
        const uids = [...new Set(batch.map(({ record }) => record.alert.uid))];
        const standing = await lockStanding(em, uids);
        const { kinds, toWrite } = judgeOutcomes(standing, batch);
        const rows = toWrite.map(({ record }) => toOutcomeRow(record));
        await update(em, this.#statements.updateOutcomes, rows);
        return outcomeResults(kinds, batch, standing, await readUnchanged(em, kinds, batch));
      }),
    );
  }

  get(uid: string): Promise<AlertRecord | undefined> {
    return this.#run(async em => {
      const row = await em.findOne(AlertRow, { uid });
      return row === null ? undefined : toRecord(row);
    });
  }

  list(filter: AlertFilter, limit: number, behind?: ListPosition): Promise<readonly AlertRecord[]> {
    return this.#run(async em => {
      const rows = await selectPage(em, filter, behind).limit(limit).getResultList();
      return rows.map(toRecord);
    });
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}

function selectPage(em: EntityManager, filter: AlertFilter, behind: ListPosition | undefined) {
  const { store, status, sinceMicros, untilMicros } = filter;
  const query = em.createQueryBuilder(AlertRow, 'a').select('*').orderBy({ alertTimestampMicros: 'desc', uid: 'desc' });
  if (store !== undefined) query.andWhere({ store });
  if (status !== undefined) query.andWhere({ status });
  if (sinceMicros !== undefined) query.andWhere({ alertTimestampMicros: { $gte: sinceMicros } });
  if (untilMicros !== undefined) query.andWhere({ alertTimestampMicros: { $lt: untilMicros } });
  if (behind !== undefined) {
    // One comparison of rows, which the index answers; spelt out with `or` it would not.
    const place = [toTimestampText(behind.timestampMicros), behind.uid];
    query.andWhere('(a.alert_timestamp, a.uid) < (?, ?)', place);
  }
  return query;
}

async function update(em: EntityManager, statement: string, rows: readonly object[]): Promise<void> {
  if (rows.length > 0) await em.execute(statement, [jsonLiteral(rows)], 'run');
}

function toReopeningRow({ received, sequence }: AlertArrival): ReopeningRow {
  return { uid: received.alert.uid, outcomeSequence: sequence };
}

/** By uid what the rows of the outcomes say that are there already: few, so that whole rows are read for them. */
async function readUnchanged(
  em: EntityManager,
  kinds: readonly OutcomeRecordKind[],
  batch: readonly FoundOutcome[],
): Promise<Map<string, FinishedAlert>> {
  const uids = batch.filter((_, index) => kinds[index] === 'UNCHANGED').map(({ record }) => record.alert.uid);
  const rows = uids.length === 0 ? [] : await em.find(AlertRow, { uid: { $in: uids } });
  return new Map(rows.map(row => [row.uid, toRecord(row) as FinishedAlert]));
}

/** @param uids of rows that are there */
async function readKnown(em: EntityManager, uids: readonly string[]): Promise<Map<string, StandingAlert>> {
  if (uids.length === 0) return new Map();
  const standing = await readStanding(selectStanding(em, uids));
  if (standing.size === uids.length) return standing;
  throw new Error(`${uids.length - standing.size} rows of alerts vanished while they were compared.`);
}

/** Locks the rows until the transaction ends, in the order of the uids: two batches never wait for each other. */
function lockStanding(em: EntityManager, uids: readonly string[]): Promise<Map<string, StandingAlert>> {
  return readStanding(selectStanding(em, uids).orderBy({ uid: 'asc' }).setLockMode(LockMode.PESSIMISTIC_WRITE));
}

function selectStanding(em: EntityManager, uids: readonly string[]) {
  return em
    .createQueryBuilder(AlertRow, 'a')
    .select([...RECEIVED_PROPERTIES, 'outcomeSequence'])
    .where({ uid: { $in: uids } });
}

/** Without making entities of the rows, which costs more than reading them. */
async function readStanding(query: ReturnType<typeof selectStanding>): Promise<Map<string, StandingAlert>> {
  const rows: StandingRow[] = await query.execute('all');
  return new Map(
    rows.map(({ status, traceId, receivedAt, alertSequence, outcomeSequence, ...row }) => [
      row.uid,
      {
        alert: toAlert({ ...row, alertTimestampMicros: fromTimestampText(row.alertTimestampMicros) }),
        ...{ status, traceId, receivedAt },
        sequence: Number(alertSequence),
        outcomeSequence: outcomeSequence === null ? null : Number(outcomeSequence),
      },
    ]),
  );
}

/** As the driver gives it: timestamps as text in UTC, and 64 bits as text too. */
interface StandingRow extends Pick<AlertRow, 'uid' | 'video' | 'store' | 'status' | 'traceId' | 'receivedAt'> {
  readonly alertTimestampMicros: string;
  readonly alertSequence: string;
  readonly outcomeSequence: string | null;
}

import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { type AlertRecord, contentHash, type FinishedAlert } from '@vigie/alert';
import { jsonLiteral } from '@vigie/postgres/values';
import type { AlertArrival } from '../../domain/alert-arrival.ts';
import { type AlertFilter, LATEST_FIRST, type ListPosition } from '../../domain/alert-filter.ts';
import type { AlertRetry } from '../../domain/alert-retry.ts';
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
import type { AlertPages } from './alert-pages.ts';
import { toAlert, toOutcomeRow, toReceived, toReceivedRow, toRecord, toRetryRow } from './alert-row-mapping.ts';
import type { AlertStatements, AwaitingRow, ReopeningRow } from './alert-statements.ts';
import { askForTenant, readForTenant } from './ask-for-tenant.ts';
import { requireColumn } from './column-group.ts';
import type { ReadRow } from './read-row.ts';

/** What the stores of all tenants share. */
export interface PostgresAlertStoreParts {
  readonly orm: MikroORM;
  readonly statements: AlertStatements;
  readonly readRow: ReadRow;
  readonly pages: AlertPages;
}

/** The alerts of one tenant: each statement names it, and runs as the role that sees no others. */
export class PostgresAlertStore implements AlertStore {
  readonly #parts: PostgresAlertStoreParts;
  readonly #tenant: string;

  constructor(parts: PostgresAlertStoreParts, tenant: string) {
    this.#parts = parts;
    this.#tenant = tenant;
  }

  insertNew(alerts: readonly AlertArrival[]): Promise<ReadonlyMap<string, KnownAlert>> {
    const { statements } = this.#parts;
    return this.#run(async em => {
      const rows = jsonLiteral(alerts.map(toReceivedRow));
      const inserted: { uid: string }[] = await em.execute(statements.insertReceived, [rows, this.#tenant]);
      const uids = new Set(alerts.map(({ received }) => received.alert.uid));
      return this.#readAll(em, [...uids.difference(new Set(inserted.map(({ uid }) => uid)))]);
    });
  }

  /** Each in a transaction of its own: together they would lock rows in no order. */
  async change({ earlier, reopened, awaited }: AlertChanges): Promise<void> {
    const { moveEarlier, reopenQuarantined, awaitOutcomes } = this.#parts.statements;
    await this.#update(moveEarlier, earlier.map(toReceivedRow));
    await this.#update(reopenQuarantined, reopened.map(toReopeningRow));
    await this.#update(awaitOutcomes, awaited.map(toAwaitingRow));
  }

  displace(first: AlertArrival): Promise<void> {
    return this.#update(this.#parts.statements.displaceLater, [toReceivedRow(first)]);
  }

  withLocked<T>(uids: readonly string[], work: (locked: LockedAlerts) => Promise<T>): Promise<T> {
    return this.#run(async em =>
      work({
        current: await this.#readKnown(em, uids, LOCKED),
        writeOutcomes: outcomes => {
          const rows = outcomes.map(({ record }) => toOutcomeRow(record));
          return this.#write(em, this.#parts.statements.updateOutcomes, rows);
        },
        readFinished: finishedUids => this.#readFinished(em, finishedUids),
      }),
    );
  }

  noteRetries(retries: readonly AlertRetry[]): Promise<void> {
    // In the order of the uids: two batches never wait for each other.
    const rows = retries.map(toRetryRow).sort((a, b) => (a.uid < b.uid ? -1 : 1));
    return this.#update(this.#parts.statements.noteRetries, rows);
  }

  get(uid: string): Promise<AlertRecord | undefined> {
    const { statements, readRow } = this.#parts;
    return this.#read(async em => {
      const [row]: object[] = await em.execute(`${statements.selectAll} where ${OWN} and a.uid = ?`, [
        this.#tenant,
        uid,
      ]);
      return row && toRecord(readRow(row));
    });
  }

  find(uids: readonly string[]): Promise<ReadonlyMap<string, KnownAlert>> {
    return this.#read(em => this.#readKnown(em, uids));
  }

  findArchivable(before: Date, limit: number): Promise<readonly ArchivableAlert[]> {
    const { statements, readRow } = this.#parts;
    return this.#run(async em => {
      const given: { row: string }[] = await em.execute(
        `${statements.selectArchivable}
         where ${OWN} and a.status in ('PROCESSED', 'FAILED') and a.awaited_sequence is null
           and a.received_at < ? and (a.restored_at is null or a.restored_at < ?)
         order by a.received_at, a.uid limit ?`,
        [this.#tenant, before.toISOString(), before.toISOString(), limit],
      );
      return given.map(({ row, ...columns }) => {
        const { uid, alertSequence: sequence, outcomeSequence, ...rest } = readRow(columns);
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

  awaitOutcome(uid: string, awaitedSequence: number): Promise<void> {
    return this.#update(this.#parts.statements.awaitOutcomes, [{ uid, awaitedSequence }]);
  }

  list(
    filter: AlertFilter,
    limit: number,
    after?: ListPosition,
    order = LATEST_FIRST,
  ): Promise<readonly AlertRecord[]> {
    return this.#read(async em => {
      const { pages, readRow } = this.#parts;
      const rows = await pages.read(em, this.#tenant, filter, limit, after, order);
      return rows.map(row => toRecord(readRow(row)));
    });
  }

  /** @param uids of alerts that have rows, or had them */
  async #readAll(em: EntityManager, uids: readonly string[]): Promise<Map<string, KnownAlert>> {
    if (uids.length === 0) return new Map();
    const known = await this.#readKnown(em, uids);
    if (known.size === uids.length) return known;
    throw new Error(`${uids.length - known.size} rows of alerts vanished while they were compared.`);
  }

  /** Rows first: one that is retired meanwhile is found among those. @param how the rows are read */
  async #readKnown(em: EntityManager, uids: readonly string[], how = ''): Promise<Map<string, KnownAlert>> {
    const known: Map<string, KnownAlert> = await this.#readCurrent(em, uids, how);
    const missing = uids.filter(uid => !known.has(uid));
    for (const retired of await this.#readRetired(em, missing)) known.set(retired.uid, retired);
    return known;
  }

  async #readCurrent(em: EntityManager, uids: readonly string[], how: string): Promise<Map<string, CurrentAlert>> {
    const { statements, readRow } = this.#parts;
    const statement = `${statements.selectCurrent} where ${OWN} and ${isOneOf(uids)} ${how}`;
    const given: object[] = uids.length === 0 ? [] : await em.execute(statement, [this.#tenant, ...uids]);
    return new Map(
      given.map(readRow).map(row => [
        row.uid,
        {
          ...toReceived(row),
          ...{ status: row.status, sequence: row.alertSequence, outcomeSequence: row.outcomeSequence ?? null },
        },
      ]),
    );
  }

  /** Whole rows, which are read for few. */
  async #readFinished(em: EntityManager, uids: readonly string[]): Promise<Map<string, FinishedAlert>> {
    const { statements, readRow } = this.#parts;
    const statement = `${statements.selectAll} where ${OWN} and ${isOneOf(uids)}`;
    const given: object[] = uids.length === 0 ? [] : await em.execute(statement, [this.#tenant, ...uids]);
    return new Map(given.map(readRow).map(row => [row.uid, toRecord(row) as FinishedAlert]));
  }

  async #readRetired(em: EntityManager, uids: readonly string[]): Promise<readonly RetiredAlert[]> {
    if (uids.length === 0) return [];
    return em.execute(
      `select a.uid, a.retirement, a.content_hash as "contentHash" from retired_alerts as a
       where ${OWN} and ${isOneOf(uids)}`,
      [this.#tenant, ...uids],
    );
  }

  async #update(statement: string, rows: readonly object[]): Promise<void> {
    if (rows.length > 0) await this.#run(em => this.#write(em, statement, rows));
  }

  async #write(em: EntityManager, statement: string, rows: readonly object[]): Promise<void> {
    if (rows.length > 0) await em.execute(statement, [jsonLiteral(rows), this.#tenant], 'run');
  }

  #read<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return readForTenant(this.#parts.orm, this.#tenant, work);
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askForTenant(this.#parts.orm, this.#tenant, work);
  }
}

const OWN = 'a.tenant = ?';

/** Until the transaction ends, in the order of the uids: two batches never wait for each other. */
const LOCKED = 'order by a.uid for update';

/** @param uids at least one */
function isOneOf(uids: readonly string[]): string {
  return `a.uid in (${uids.map(() => '?').join(', ')})`;
}

function toReopeningRow({ received, sequence }: AlertArrival): ReopeningRow {
  return { uid: received.alert.uid, outcomeSequence: sequence };
}

function toAwaitingRow({ received, sequence }: AlertArrival): AwaitingRow {
  return { uid: received.alert.uid, awaitedSequence: sequence };
}

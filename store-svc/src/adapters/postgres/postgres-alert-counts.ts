import type { MikroORM } from '@mikro-orm/postgresql';
import type { AlertStatus, FailureCode } from '@vigie/alert';
import { askPostgres } from '@vigie/postgres';
import type { CountFilter } from '../../domain/alert-filter.ts';
import { type AlertSummary, tallyOf } from '../../domain/alert-summary.ts';
import { countedWindow, type Span, type TimeRange } from '../../domain/counted-window.ts';
import type { AlertCounts } from '../../ports/alert-counts.ts';
import { allOf, countConditions, type SqlPart, timeRange } from './alert-conditions.ts';
import { readForTenant } from './ask-for-tenant.ts';

/**
 * Triggers note in `alert_count_changes` how many alerts of an hour came or changed, which `fold` adds to the sums of
 * hours, quarters of days, days and weeks in `alert_counts` and `alert_totals`. A window is counted from these and, at
 * its two ends, where it holds or lacks only a part of an hour, from rows.
 */
export class PostgresAlertCounts implements AlertCounts {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  async summarize(tenant: string, filter: CountFilter): Promise<AlertSummary> {
    const statement = countStatement(tenant, filter);
    if (statement === undefined) return toSummary([]);
    return readForTenant(this.#orm, tenant, async em => {
      const { sql, params } = statement;
      return toSummary(await em.execute(sql, [...params]));
    });
  }

  fold(): Promise<void> {
    return askPostgres(async () => void (await this.#orm.em.fork().execute('select fold_alert_counts()')));
  }
}

/** Of the alerts with one value, as the driver gives it: 64 bits are text. */
interface CountRow {
  readonly store: string | null;
  readonly status: AlertStatus | null;
  /** Empty if there is none. */
  readonly failure_code: FailureCode | '' | null;
  readonly alerts: string;
}

function toSummary(rows: readonly CountRow[]): AlertSummary {
  const tally = <V extends string>(valueIn: (row: CountRow) => V | '' | null) =>
    tallyOf(
      rows.flatMap(row => {
        const value = valueIn(row);
        return value ? [{ value, alerts: Number(row.alerts) }] : [];
      }),
    );
  const byStatus = tally(({ status }) => status);
  return {
    alerts: byStatus.reduce((sum, { alerts }) => sum + alerts, 0),
    byStatus,
    byStore: tally(({ store }) => store),
    byFailureCode: tally(({ failure_code }) => failure_code),
  };
}

/** Undefined for an empty window. */
function countStatement(tenant: string, filter: CountFilter): SqlPart | undefined {
  const { pieces, hours } = countedWindow(filter.sinceMicros, filter.untilMicros);
  const counted = pieces.map(piece => {
    const source = piece.span === undefined ? ROWS : sumsOf(piece.span, filter);
    return select(tenant, filter, piece.isTakenOff ? { ...source, alerts: `-${source.alerts}` } : source, piece);
  });
  if (hours !== undefined) counted.push(select(tenant, filter, CHANGES, hours));
  if (counted.length === 0) return undefined;
  // Those that are alike are added up once for all three, and few rows are sent.
  return {
    sql: `with alike as (
        select store, status, failure_code, sum(alerts) as alerts
        from (${counted.map(({ sql }) => sql).join(' union all ')}) as counted
        group by store, status, failure_code)
      select store, status, failure_code, sum(alerts) as alerts from alike
      group by grouping sets (store, status, failure_code) having sum(alerts) <> 0`,
    params: counted.flatMap(({ params }) => params),
  };
}

/** Where alerts are counted, and by which time. */
interface Source {
  readonly table: string;
  readonly time: string;
  readonly alerts: string;
  readonly condition?: SqlPart;
}

const CHANGES: Source = { table: 'alert_count_changes', time: 'a.hour', alerts: 'a.alerts' };
const ROWS: Source = { table: 'alerts', time: 'a.timestamp', alerts: '1' };

/** Totals have no store where they have a status: they are read for all alerts, and are a fifth of the rows. */
function sumsOf(span: Span, { stores, statuses, failureCodes }: CountFilter): Source {
  const isFiltered = stores !== undefined || statuses !== undefined || failureCodes !== undefined;
  const condition = { sql: 'a.span = ?', params: [span] };
  return { table: isFiltered ? 'alert_counts' : 'alert_totals', time: 'a.begins', alerts: 'a.alerts', condition };
}

function select(tenant: string, filter: CountFilter, source: Source, within: TimeRange): SqlPart {
  const { table, time, alerts, condition } = source;
  const { sql, params } = allOf([
    condition,
    timeRange(time, within.sinceMicros, within.untilMicros),
    countConditions(tenant, filter),
  ]);
  return {
    sql: `select a.store, a.status, coalesce(a.failure_code, '') as failure_code, ${alerts} as alerts
      from ${table} as a where ${sql}`,
    params,
  };
}

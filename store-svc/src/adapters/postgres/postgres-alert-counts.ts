import type { MikroORM } from '@mikro-orm/postgresql';
import type { AlertStatus, FailureCode } from '@vigie/alert';
import { askPostgres } from '@vigie/postgres';
import type { CountFilter } from '../../domain/alert-filter.ts';
import type { AlertCount } from '../../domain/alert-summary.ts';
import { countedWindow, type Span } from '../../domain/counted-window.ts';
import type { AlertCounts } from '../../ports/alert-counts.ts';
import { allOf, countConditions, type SqlPart, timeRange } from './alert-conditions.ts';
import { askForTenant } from './ask-for-tenant.ts';

/**
 * Triggers note in `alert_count_changes` how many alerts of an hour came or changed, which `fold` adds to the sums of
 * hours, quarters of days, days and weeks in `alert_counts`. A window is counted from these, and from rows at its two
 * ends, where it holds only a part of an hour.
 */
export class PostgresAlertCounts implements AlertCounts {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  async count(tenant: string, filter: CountFilter): Promise<readonly AlertCount[]> {
    const statement = countStatement(tenant, filter);
    if (statement === undefined) return [];
    return askForTenant(this.#orm, tenant, async em => {
      const { sql, params } = statement;
      const rows: CountRow[] = await em.execute(sql, [...params]);
      return rows.map(({ store, status, failure_code, alerts }) => ({
        ...{ store, status, alerts: Number(alerts) },
        failureCode: failure_code === '' ? undefined : failure_code,
      }));
    });
  }

  fold(): Promise<void> {
    return askPostgres(async () => void (await this.#orm.em.fork().execute('select fold_alert_counts()')));
  }
}

/** As the driver gives it: 64 bits are text. */
interface CountRow {
  readonly store: string;
  readonly status: AlertStatus;
  /** Empty if there is none. */
  readonly failure_code: FailureCode | '';
  readonly alerts: string;
}

/** Undefined for an empty window. */
function countStatement(tenant: string, filter: CountFilter): SqlPart | undefined {
  const pieces = countedWindow(filter.sinceMicros, filter.untilMicros);
  const whole = pieces.filter(({ span }) => span !== undefined);
  const counted = [
    ...pieces.map(range => select(tenant, filter, range.span === undefined ? ROWS : sumsOf(range.span), range)),
    // They follow on each other.
    ...whole.slice(0, 1).map(({ sinceMicros }) => {
      return select(tenant, filter, CHANGES, { sinceMicros, untilMicros: whole.at(-1)?.untilMicros });
    }),
  ];
  if (counted.length === 0) return undefined;
  return {
    sql: `select store, status, failure_code, sum(alerts) as alerts
      from (${counted.map(({ sql }) => sql).join(' union all ')}) as counted
      group by store, status, failure_code having sum(alerts) <> 0`,
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

function sumsOf(span: Span): Source {
  const condition = { sql: 'a.span = ?', params: [span] };
  return { table: 'alert_counts', time: 'a.begins', alerts: 'a.alerts', condition };
}

function select(
  tenant: string,
  filter: CountFilter,
  source: Source,
  within: Pick<CountFilter, 'sinceMicros' | 'untilMicros'>,
): SqlPart {
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

import type { EntityManager } from '@mikro-orm/postgresql';
import { toTimestampText } from '@vigie/postgres/values';
import type { AlertFilter, ListOrder, ListPosition } from '../../domain/alert-filter.ts';
import { allOf, rowConditions, type SqlPart } from './alert-conditions.ts';
import type { AlertStatements } from './alert-statements.ts';
import { CommonLabels } from './common-labels.ts';

const COLUMNS = { timestamp: 'a.timestamp', received_at: 'a.received_at' } as const;

/**
 * Pages of lists. The indexes of the orders hold what most filters ask for, so that rows which don't match are passed
 * over without being read; of those that match, an outer query reads the rest. All in the transaction of the tenant.
 */
export class AlertPages {
  readonly #selectAll: string;
  readonly #commonLabels = new CommonLabels();

  constructor({ selectAll }: Pick<AlertStatements, 'selectAll'>) {
    this.#selectAll = selectAll;
  }

  /**
   * @param after only rows that come later in the list than this place
   * @returns rows as the driver gives them
   */
  async read(
    em: EntityManager,
    tenant: string,
    filter: AlertFilter,
    limit: number,
    after: ListPosition | undefined,
    order: ListOrder,
  ): Promise<readonly object[]> {
    const { sql, params } = pageStatement(tenant, await this.#narrow(em, filter), limit, after, order);
    const column = COLUMNS[order.by];
    const direction = directionOf(order);
    return em.execute(
      `${this.#selectAll} where a.tenant = ? and a.uid = any(array(${sql}))
       order by ${column} ${direction}, a.uid ${direction}`,
      [tenant, ...params],
    );
  }

  /**
   * Alerts with labels that few have are found by these first. Of a label that isn't in its statistics Postgres assumes
   * that one alert of two hundred has it, and would look for the only one among millions in the order of their times.
   */
  async #narrow(em: EntityManager, filter: AlertFilter): Promise<Narrowed> {
    const { labels = [] } = filter;
    const common = labels.length === 0 ? labels : await this.#commonLabels.among(em, labels);
    const rare = labels.filter(label => !common.includes(label));
    if (rare.length === 0) return { table: { sql: 'alerts', params: [] }, filter };
    return {
      table: { sql: `labelled_alerts(array[${rare.map(() => '?').join(', ')}]::text[])`, params: rare },
      filter: { ...filter, labels: common.length === 0 ? undefined : common },
    };
  }
}

interface Narrowed {
  readonly table: SqlPart;
  /** What is left of the filter to select from the table. */
  readonly filter: AlertFilter;
}

/** The uids of a page. */
function pageStatement(
  tenant: string,
  { table, filter }: Narrowed,
  limit: number,
  after: ListPosition | undefined,
  order: ListOrder,
): SqlPart {
  const column = COLUMNS[order.by];
  const direction = directionOf(order);
  // One comparison of rows, which the index answers; spelt out with `or` it would not.
  const place: SqlPart | undefined = after && {
    sql: `(${column}, a.uid) ${order.isDescending ? '<' : '>'} (?, ?)`,
    params: [toTimestampText(after.micros), after.uid],
  };
  const { sql, params } = allOf([rowConditions(tenant, filter), place]);
  return {
    sql: `select a.uid from ${table.sql} as a where ${sql}
      order by ${column} ${direction}, a.uid ${direction} limit ${limit}`,
    params: [...table.params, ...params],
  };
}

function directionOf({ isDescending }: ListOrder): 'desc' | 'asc' {
  return isDescending ? 'desc' : 'asc';
}

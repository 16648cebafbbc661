import { Migration } from '@mikro-orm/migrations';
import { createAsOwner, raiseTenantWall, type TenantWall, tearDownTenantWall } from '@vigie/postgres/migrations';
import { COUNTED_EVENTS, countingFunction, foldingFunction } from './m0010-reading-at-size.ts';
import { retiringFunction } from './m0012-retired-alerts.ts';

/** What each table lets a tenant have done to its own rows; whatever else is done to them, the owner's functions do. */
const WALL: TenantWall = {
  role: 'vigie_store_tenant',
  grants: {
    alerts: 'select, insert, update',
    retired_alerts: 'select',
    quarantined_alerts: 'select, update',
    alert_counts: 'select',
    alert_count_changes: 'select, insert',
  },
};

const TABLES = Object.keys(WALL.grants);

const FILTERED = 'status, failure_code, video_codec, size_bytes';

/** What is there is the default tenant's. Keys, and the indexes that lists are read by, begin with the tenant. */
export class M0013Tenants extends Migration {
  override up(): void {
    for (const table of TABLES) {
      this.addSql(`alter table ${table} add column tenant text collate "C" not null default 'default'`);
      this.addSql(`alter table ${table} alter column tenant drop default`);
      const field = table === 'alerts' ? 'tenant: ' : 'Not in the API: ';
      this.addSql(`comment on column ${table}.tenant is '${field}whose it is.'`);
    }
    this.#replaceKeys(key => `tenant, ${key}`);
    this.#replaceIndexes(columns => `tenant, ${columns}`);
    for (const event of COUNTED_EVENTS) this.addSql(countingFunction(event, 'tenant, store'));
    this.addSql('drop function fold_alert_counts');
    this.addSql(foldingFunction('tenant, store'));
    this.addSql('drop function retire_alerts');
    this.addSql(retiringFunction('tenant, uid'));
    for (const sql of [LABELLED_ALERTS, COMMON_LABELS, ...raiseTenantWall(WALL)]) this.addSql(sql);
  }

  override down(): void {
    for (const sql of tearDownTenantWall(WALL)) this.addSql(sql);
    this.addSql('drop function common_labels, labelled_alerts, retire_alerts, fold_alert_counts');
    for (const event of COUNTED_EVENTS) this.addSql(countingFunction(event, 'store'));
    this.addSql(foldingFunction('store'));
    this.addSql(retiringFunction('uid'));
    this.#replaceIndexes(columns => columns);
    this.#replaceKeys(key => key);
    for (const table of TABLES) this.addSql(`alter table ${table} drop column tenant`);
  }

  #replaceKeys(keyOf: (key: string) => string): void {
    for (const table of ['alerts', 'retired_alerts']) this.#replaceKey(table, keyOf('uid'));
    this.#replaceKey('alert_counts', `${keyOf('span')}, begins, store, status, failure_code`, 'include (alerts)');
  }

  #replaceKey(table: string, columns: string, include = ''): void {
    const name = `${table}_pkey`;
    this.addSql(
      `alter table ${table} drop constraint ${name}, add constraint ${name} primary key (${columns}) ${include}`,
    );
  }

  #replaceIndexes(columnsOf: (columns: string) => string): void {
    for (const [name, { table, columns, rest = '' }] of Object.entries(INDEXES)) {
      this.addSql(`drop index ${name}`);
      this.addSql(`create index ${name} on ${table} (${columnsOf(columns)}) ${rest}`);
    }
  }
}

const ALERTS = 'alerts';
const QUARANTINED = 'quarantined_alerts';

const INDEXES: Readonly<Record<string, { readonly table: string; readonly columns: string; readonly rest?: string }>> =
  {
    alerts_latest: {
      table: ALERTS,
      columns: 'timestamp desc, uid desc',
      rest: `include (store, ${FILTERED}, received_at)`,
    },
    alerts_latest_of_store: {
      ...{ table: ALERTS, columns: 'store, timestamp desc, uid desc' },
      rest: `include (${FILTERED}, received_at)`,
    },
    alerts_latest_received: {
      ...{ table: ALERTS, columns: 'received_at desc, uid desc' },
      rest: `include (store, ${FILTERED}, timestamp)`,
    },
    alerts_status: { table: ALERTS, columns: 'status' },
    ...Object.fromEntries(
      ['failure_code', 'video_codec', 'size_bytes'].map(column => [
        `alerts_${column}`,
        { table: ALERTS, columns: column, rest: `where ${column} is not null` },
      ]),
    ),
    quarantined_alerts_latest: { table: QUARANTINED, columns: 'state, quarantined_at desc, id desc' },
    quarantined_alerts_of_store: { table: QUARANTINED, columns: 'store, state, quarantined_at desc, id desc' },
    quarantined_alerts_of_uid: { table: QUARANTINED, columns: 'uid' },
  };

/**
 * Alerts of the tenant that have all these labels. As their owner, because no index of arrays answers behind row-level
 * security: what compares them might tell of rows that it has seen (`leakproof`, CREATE FUNCTION).
 */
const LABELLED_ALERTS = createAsOwner({
  signature: 'labelled_alerts(wanted text[])',
  returns: 'setof alerts',
  table: 'alerts',
  body: `  return query select * from alerts where labels @> wanted and tenant = current_setting('vigie.tenant');`,
});

/** The labels that so large a share of all labelled alerts has: statistics are hidden of what is behind the wall. */
const COMMON_LABELS = createAsOwner({
  signature: 'common_labels(min_share real)',
  returns: 'setof text',
  table: 'alerts',
  // The shares are followed by those of the least and the most common label.
  body: `  return query select label from pg_stats,
    unnest(most_common_elems::text::text[], most_common_elem_freqs) as common (label, share)
  where schemaname = current_schema() and tablename = 'alerts' and attname = 'labels' and label is not null
    and share >= min_share;`,
});

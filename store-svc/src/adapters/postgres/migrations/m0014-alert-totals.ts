import { Migration } from '@mikro-orm/migrations';
import { createAsOwner, raiseTenantWall, type TenantWall } from '@vigie/postgres/migrations';
import { FOLD_ALERT_COUNTS, foldingFunction, spansOf } from './m0010-reading-at-size.ts';

const WALL: TenantWall = { role: 'vigie_store_tenant', grants: { alert_totals: 'select' } };

const KEY = 'tenant, span, begins, store, status, failure_code';

/** Counts of a window without filters are read from a fifth of the rows: a store's alerts, or those of a status. */
export class M0014AlertTotals extends Migration {
  override up(): void {
    this.addSql(`
create table alert_totals (
  tenant        text collate "C" not null,
  span          text not null constraint alert_totals_span_known check (span in ('HOUR', 'QUARTER', 'DAY', 'WEEK')),
  begins        timestamptz not null,
  store         text not null,
  status        text not null,
  failure_code  text not null,
  alerts        integer not null,
  primary key (${KEY}) include (alerts),
  constraint alert_totals_of_store_or_status check ((store = '') <> (status = ''))
)`);
    this.addSql(
      `comment on table alert_totals is
         'The sums of alert_counts by store, and by status and failure code; exact with alert_count_changes.'`,
    );
    for (const [column, comment] of Object.entries(COMMENTS)) {
      this.addSql(`comment on column alert_totals.${column} is 'Not in the API: ${comment}'`);
    }
    this.addSql(`insert into alert_totals (${KEY}, alerts) ${totalsOf('alert_counts')}`);
    for (const sql of raiseTenantWall(WALL)) this.addSql(sql);
    this.addSql('drop function fold_alert_counts');
    this.addSql(FOLD_WITH_TOTALS);
    this.addSql(truncating('alert_count_changes, alert_counts, alert_totals'));
  }

  override down(): void {
    this.addSql('drop function fold_alert_counts');
    this.addSql(foldingFunction('tenant, store'));
    this.addSql(truncating('alert_count_changes, alert_counts'));
    this.addSql('drop table alert_totals');
  }
}

const COMMENTS = {
  tenant: 'whose alerts these are.',
  span: 'HOUR, QUARTER of a day, DAY or WEEK.',
  begins: 'when it begins; all count from the Unix epoch.',
  store: 'store of these alerts; empty if those of all are counted.',
  status: 'status of these alerts; empty if those in any are counted.',
  failure_code: 'failure code of these alerts; empty if they have none, or with any status.',
  alerts: 'how many there are.',
};

function totalsOf(counts: string): string {
  return `select tenant, span, begins, coalesce(store, ''), coalesce(status, ''), coalesce(failure_code, ''), sum(alerts)
    from ${counts}
    group by grouping sets ((tenant, span, begins, store), (tenant, span, begins, status, failure_code))`;
}

const FOLD_WITH_TOTALS = createAsOwner({
  ...FOLD_ALERT_COUNTS,
  body: `  if not pg_try_advisory_xact_lock(hashtext('fold_alert_counts')) then return; end if;
  with moved as (delete from alert_count_changes returning *),
  summed as (
    select ${KEY}, sum(alerts) as alerts from moved, lateral ${spansOf('hour')} group by ${KEY}
  ), counted as (
    insert into alert_counts (${KEY}, alerts) select ${KEY}, alerts from summed
    on conflict (${KEY}) do update set alerts = alert_counts.alerts + excluded.alerts
  )
  insert into alert_totals (${KEY}, alerts) ${totalsOf('summed')}
  on conflict (${KEY}) do update set alerts = alert_totals.alerts + excluded.alerts;`,
});

/** With the rows of alerts, what is counted of them goes. */
function truncating(tables: string): string {
  return `create or replace function count_alerts_on_truncate() returns trigger language plpgsql as $$
begin
  truncate ${tables};
  return null;
end
$$`;
}

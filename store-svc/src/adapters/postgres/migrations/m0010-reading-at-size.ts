import { Migration } from '@mikro-orm/migrations';
import { createAsOwner } from '@vigie/postgres/migrations';

/** What lists filter by: held in the indexes that give the order, so that rows that don't match needn't be read. */
const FILTERED = 'status, failure_code, video_codec, size_bytes';

/**
 * Pages of lists under any filter, and counts of any window of time, stay fast with millions of rows; ADR 48 says how.
 */
export class M0010ReadingAtSize extends Migration {
  override up(): void {
    this.addSql('alter table alerts add column labels text[]');
    this.addSql(`comment on column alerts.labels is 'labels: each as key=value; null if there are none.'`);
    for (const name of REPLACED) this.addSql(`drop index ${name}`);
    this.addSql(
      `create index alerts_latest on alerts (timestamp desc, uid desc) include (store, ${FILTERED}, received_at)`,
    );
    this.addSql(
      `create index alerts_latest_of_store on alerts (store, timestamp desc, uid desc)
         include (${FILTERED}, received_at)`,
    );
    this.addSql(
      `create index alerts_latest_received on alerts (received_at desc, uid desc)
         include (store, ${FILTERED}, timestamp)`,
    );
    // For values that few alerts have; equal ones take six bytes each.
    this.addSql('create index alerts_status on alerts (status)');
    this.addSql('create index alerts_failure_code on alerts (failure_code) where failure_code is not null');
    this.addSql('create index alerts_video_codec on alerts (video_codec) where video_codec is not null');
    this.addSql('create index alerts_size_bytes on alerts (size_bytes) where size_bytes is not null');
    this.addSql('create index alerts_labels on alerts using gin (labels) where labels is not null');
    // An index answers alone for pages of the table that were vacuumed since they were written.
    this.addSql(
      `alter table alerts set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
         autovacuum_analyze_scale_factor = 0.02)`,
    );
    for (const sql of COUNTS) this.addSql(sql);
  }

  override down(): void {
    this.addSql('drop function fold_alert_counts');
    for (const event of ['insert', 'update', 'delete', 'truncate']) {
      this.addSql(`drop trigger alerts_counted_on_${event} on alerts`);
      this.addSql(`drop function count_alerts_on_${event}`);
    }
    this.addSql('drop table alert_count_changes, alert_counts');
    this.addSql(
      `alter table alerts reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor,
         autovacuum_analyze_scale_factor)`,
    );
    for (const name of ADDED) this.addSql(`drop index ${name}`);
    this.addSql('alter table alerts drop column labels');
    this.addSql('create index alerts_latest on alerts (timestamp desc, uid desc)');
    this.addSql('create index alerts_latest_of_store on alerts (store, timestamp desc, uid desc)');
    this.addSql('create index alerts_latest_of_status on alerts (status, timestamp desc, uid desc)');
    this.addSql('create index alerts_latest_received on alerts (received_at desc, uid desc)');
    this.addSql(
      `create index alerts_latest_of_failure on alerts (failure_code, timestamp desc, uid desc)
         where failure_code is not null`,
    );
  }
}

const REPLACED = [
  'alerts_latest',
  'alerts_latest_of_store',
  'alerts_latest_of_status',
  'alerts_latest_received',
  'alerts_latest_of_failure',
];

const ADDED = [
  'alerts_latest',
  'alerts_latest_of_store',
  'alerts_latest_received',
  'alerts_status',
  'alerts_failure_code',
  'alerts_video_codec',
  'alerts_size_bytes',
  'alerts_labels',
];

const SPANS = { WEEK: '7 days', DAY: '1 day', QUARTER: '6 hours', HOUR: '1 hour' };

/** When the span of time begins that a moment is in: all begin at the Unix epoch, whatever the session's zone is. */
function beginOf(span: keyof typeof SPANS, moment: string): string {
  return `date_bin('${SPANS[span]}', ${moment}, timestamptz '1970-01-01 00:00:00Z')`;
}

/** All spans of a moment, as rows. */
export function spansOf(moment: string): string {
  const spans = Object.keys(SPANS).map(span => `('${span}', ${beginOf(span as keyof typeof SPANS, moment)})`);
  return `(values ${spans.join(', ')}) as spans (span, begins)`;
}

/** What statements on rows change, for functions that count it. */
const CHANGED = {
  insert: (columns: string) => `select ${columns}, 1 as alerts from added`,
  update: (columns: string) => `select ${columns}, 1 as alerts from since union all select ${columns}, -1 from before`,
  delete: (columns: string) => `select ${columns}, -1 as alerts from removed`,
} as const;

export const COUNTED_EVENTS = Object.keys(CHANGED) as (keyof typeof CHANGED)[];

/** A function that notes what a statement changed, a row for all alerts that are alike. @param owner whose they are */
export function countingFunction(event: keyof typeof CHANGED, owner: 'store' | 'tenant, store'): string {
  const alike = `${owner}, status`;
  const changed = CHANGED[event](`timestamp, ${alike}, failure_code`);
  return `create or replace function count_alerts_on_${event}() returns trigger language plpgsql as $$
begin
  insert into alert_count_changes (hour, ${alike}, failure_code, alerts)
  select ${beginOf('HOUR', 'timestamp')} as hour, ${alike}, coalesce(failure_code, ''), sum(alerts)
  from (${changed}) as changed
  group by hour, ${alike}, coalesce(failure_code, '') having sum(alerts) <> 0;
  return null;
end
$$`;
}

function countedOn(event: keyof typeof CHANGED, transition: string): string[] {
  return [
    countingFunction(event, 'store'),
    `create trigger alerts_counted_on_${event} after ${event} on alerts referencing ${transition}
       for each statement execute function count_alerts_on_${event}()`,
  ];
}

const COUNT_COMMENTS = {
  store: 'store of these alerts.',
  status: 'status of these alerts.',
  failure_code: 'failure code of these alerts; empty if they have none.',
  alerts: 'how many there are; of changes, negative if there are fewer.',
};

/** What all versions of the function are called, which later migrations make anew. */
export const FOLD_ALERT_COUNTS = { signature: 'fold_alert_counts()', returns: 'void', table: 'alerts' };

const COUNTS = [
  `create table alert_count_changes (
  hour          timestamptz not null,
  store         text not null,
  status        text not null,
  failure_code  text not null,
  alerts        integer not null
)`,
  `comment on table alert_count_changes is
     'How many alerts came or changed since they were added to alert_counts. Written by triggers of alerts.'`,
  `create table alert_counts (
  span          text not null constraint alert_counts_span_known check (span in ('HOUR', 'QUARTER', 'DAY', 'WEEK')),
  begins        timestamptz not null,
  store         text not null,
  status        text not null,
  failure_code  text not null,
  alerts        integer not null,
  primary key (span, begins, store, status, failure_code) include (alerts)
)`,
  `comment on table alert_counts is
     'How many alerts there are by hour, quarter of a day, day and week of their timestamp; exact with alert_count_changes.'`,
  ...Object.entries(COUNT_COMMENTS).flatMap(([column, comment]) =>
    ['alert_count_changes', 'alert_counts'].map(
      table => `comment on column ${table}.${column} is 'Not in the API: ${comment}'`,
    ),
  ),
  `comment on column alert_count_changes.hour is 'Not in the API: hour of their timestamp.'`,
  `comment on column alert_counts.span is 'Not in the API: HOUR, QUARTER of a day, DAY or WEEK.'`,
  `comment on column alert_counts.begins is 'Not in the API: when it begins; all count from the Unix epoch.'`,
  `insert into alert_counts (span, begins, store, status, failure_code, alerts)
     select span, begins, store, status, coalesce(failure_code, ''), count(*)
     from alerts, lateral ${spansOf('timestamp')} group by 1, 2, 3, 4, 5`,
  ...countedOn('insert', 'new table as added'),
  ...countedOn('update', 'old table as before new table as since'),
  ...countedOn('delete', 'old table as removed'),
  `create function count_alerts_on_truncate() returns trigger language plpgsql as $$
begin
  truncate alert_count_changes, alert_counts;
  return null;
end
$$`,
  `create trigger alerts_counted_on_truncate after truncate on alerts
     for each statement execute function count_alerts_on_truncate()`,
  foldingFunction('store'),
];

/** @param owner whose the alerts are that are counted */
export function foldingFunction(owner: 'store' | 'tenant, store'): string {
  const alike = `span, begins, ${owner}, status, failure_code`;
  // Whoever comes second leaves it to the first.
  return createAsOwner({
    ...FOLD_ALERT_COUNTS,
    body: `  if not pg_try_advisory_xact_lock(hashtext('fold_alert_counts')) then return; end if;
  with moved as (delete from alert_count_changes returning *)
  insert into alert_counts (${alike}, alerts)
  select ${alike}, sum(alerts)
  from moved, lateral ${spansOf('hour')}
  group by ${alike}
  on conflict (${alike})
    do update set alerts = alert_counts.alerts + excluded.alerts;`,
  });
}

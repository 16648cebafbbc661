import { Migration } from '@mikro-orm/migrations';
import { createAsOwner } from '@vigie/postgres/migrations';

/** Alerts lose their rows when they are deleted or archived, and their uids stay taken; ADR 51 says how. */
export class M0012RetiredAlerts extends Migration {
  override up(): void {
    this.addSql(`
create table retired_alerts (
  uid           text collate "C" primary key,
  retirement    text not null
    constraint retired_alerts_retirement_known check (retirement in ('DELETED', 'ARCHIVED')),
  content_hash  text not null,
  retired_at    timestamptz(3) not null,
  file          text,
  constraint retired_alerts_archived_has_file check ((retirement = 'ARCHIVED') = (file is not null))
)`);
    this.addSql(
      `comment on table retired_alerts is 'What is kept of alerts that have no row any more. Written by store-svc only.'`,
    );
    for (const [column, comment] of Object.entries(COMMENTS)) {
      this.addSql(`comment on column retired_alerts.${column} is 'Not in the API: ${comment}'`);
    }
    this.addSql('alter table alerts add column restored_at timestamptz(3)');
    this.addSql(
      `comment on column alerts.restored_at is
         'Not in the API: when the row was brought back from an archive; null if it never was away.'`,
    );
    this.addSql(retiringFunction('uid'));
  }

  override down(): void {
    this.addSql('drop function retire_alerts');
    this.addSql('alter table alerts drop column restored_at');
    this.addSql('drop table retired_alerts');
  }
}

/** So no row goes without a trace. @param key of the tables; with a tenant, that of the transaction loses rows */
export function retiringFunction(key: 'uid' | 'tenant, uid'): string {
  const ofTenant = (table: string) => (key === 'uid' ? '' : ` and ${table}.tenant = current_setting('vigie.tenant')`);
  return createAsOwner({
    signature: 'retire_alerts(rows json, why text, archive text)',
    returns: 'setof text',
    table: 'alerts',
    body: `  return query with retiring as (
    select * from json_to_recordset(rows)
      as given (uid text, "contentHash" text, sequence bigint, "outcomeSequence" bigint)
  ), gone as (
    delete from alerts using retiring
    where alerts.uid = retiring.uid${ofTenant('alerts')} and alerts.alert_sequence = retiring.sequence
      and alerts.sequence = retiring."outcomeSequence" and alerts.awaited_sequence is null
    returning alerts.*, retiring."contentHash"
  ), forgotten as (
    delete from quarantined_alerts using gone
    where quarantined_alerts.uid = gone.uid${ofTenant('quarantined_alerts')} and why = 'DELETED'
  )
  insert into retired_alerts (${key}, retirement, content_hash, retired_at, file)
  select ${key}, why, "contentHash", now(), archive from gone
  on conflict (${key}) do update set retirement = excluded.retirement, content_hash = excluded.content_hash,
    retired_at = excluded.retired_at, file = excluded.file
  returning retired_alerts.uid;`,
  });
}

const COMMENTS = {
  uid: 'the uid of the alert, which no other may have.',
  retirement: 'why it has no row: DELETED or ARCHIVED.',
  content_hash: 'tells it from another alert with its uid: contentHash of lib/alert.',
  retired_at: 'when it lost its row.',
  file: 'the archive that has it; null if it is DELETED.',
};

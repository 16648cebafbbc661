import { Migration } from '@mikro-orm/migrations';

export class M0002AuditEvents extends Migration {
  override up(): void {
    this.addSql(`
create table access.audit_events (
  id        uuid primary key,
  at        timestamptz(3) not null,
  subject   text collate "C" not null,
  method    text collate "C" not null,
  request   text not null,
  code      text not null,
  trace_id  text not null
)`);
    this.addSql('create index audit_events_latest on access.audit_events (at desc, id desc)');
    this.addSql('create index audit_events_by_subject on access.audit_events (subject, at desc, id desc)');
    this.addSql(`comment on table access.audit_events is
      'Who did what; each event for AUDIT_RETENTION_DAYS. Written by access-svc only, and never changed.'`);
    for (const [column, comment] of Object.entries(COMMENTS)) {
      this.addSql(`comment on column access.audit_events.${column} is '${comment}'`);
    }
    // Roles are granted to update each table of the schema.
    this.addSql(`
create function access.refuse_change() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using message = 'audit events are never changed';
end
$$`);
    this.addSql(`create trigger audit_events_stay before update on access.audit_events
      execute function access.refuse_change()`);
    // As its owner, so that the role of access-svc needn't be able to delete, and never what is younger than a day.
    // Several may do it at once.
    this.addSql(`
create function access.forget_audit_events(days integer, most integer) returns bigint language sql security definer
  set search_path = access, pg_temp as $$
  with old as (
    select id from access.audit_events where at < now() - greatest(days, 1) * interval '1 day' order by at limit most
    for update skip locked
  ), forgotten as (
    delete from access.audit_events as e using old where e.id = old.id returning 1
  )
  select count(*) from forgotten
$$`);
  }

  override down(): void {
    this.addSql('drop function access.forget_audit_events');
    this.addSql('drop table access.audit_events');
    this.addSql('drop function access.refuse_change');
  }
}

/** Each begins with the name of the API's field. */
const COMMENTS = {
  id: 'id: names the event; given by the service that saw it.',
  at: 'at: when the call came in, by the clock of that service.',
  subject: 'subject: who called: key:<id>, oidc:<subject>, anonymous, service.',
  method: 'method: what was called: vigie.alert.v1.AlertService/DeleteAlert.',
  request: 'request: the request as JSON, without secrets, cut off after 4 KiB.',
  code: 'code: how it ended: OK, NOT_FOUND.',
  trace_id: 'trace_id: the trace of the call.',
} as const;

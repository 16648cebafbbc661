import { Migration } from '@mikro-orm/migrations';

export class M0003QuarantinedAlerts extends Migration {
  override up(): void {
    this.addSql(`
create table quarantined_alerts (
  id               text collate "C" primary key,
  state            text not null
    constraint quarantined_alerts_state_known check (state in ('HELD', 'REDRIVEN', 'DISCARDED')),
  uid              text collate "C",
  store            text not null,
  failure_code     text not null,
  failure_message  text not null,
  attempts         bigint not null,
  redrives         bigint not null,
  received_at      timestamptz(3) not null,
  quarantined_at   timestamptz(3) not null,
  settled_at       timestamptz(3),
  trace_id         text not null,
  subject          text not null,
  stream_sequence  bigint not null,
  payload          bytea not null,
  constraint quarantined_alerts_settled_has_time check ((state = 'HELD') = (settled_at is null))
)`);
    this.addSql('create index quarantined_alerts_latest on quarantined_alerts (state, quarantined_at desc, id desc)');
    this.addSql(
      'create index quarantined_alerts_of_store on quarantined_alerts (store, state, quarantined_at desc, id desc)',
    );
    this.addSql('create index quarantined_alerts_of_uid on quarantined_alerts (uid)');
    this.addSql(
      `comment on table quarantined_alerts is 'One row a message that was set aside. Written by store-svc only.'`,
    );
  }

  override down(): void {
    this.addSql('drop table quarantined_alerts');
  }
}

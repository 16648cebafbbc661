import { Migration } from '@mikro-orm/migrations';

/**
 * What the sweep finds lost work by. The position of a row is that of the message that its outcome is of or, without
 * one, is to come from.
 */
export class M0005Sweep extends Migration {
  override up(): void {
    this.addSql('alter table alerts add column awaited_sequence bigint');
    this.addSql(
      `create index alerts_awaiting on alerts (coalesce(awaited_sequence, alert_sequence))
         where status = 'RECEIVED' or awaited_sequence is not null`,
    );
    this.addSql(`
create table maintenance (
  only_row        boolean primary key default true constraint maintenance_one_row check (only_row),
  holder          text,
  held_until      timestamptz,
  swept_sequence  bigint not null default 0
)`);
    this.addSql('insert into maintenance default values');
    this.addSql(`comment on table maintenance is 'Which store-svc sweeps, and how far. Written by store-svc only.'`);
  }

  override down(): void {
    this.addSql('drop table maintenance');
    this.addSql('drop index alerts_awaiting');
    this.addSql('alter table alerts drop column awaited_sequence');
  }
}

import { Migration } from '@mikro-orm/migrations';

/** The stream's order, not a clock, decides which of two alerts, or of two outcomes, came first. */
export class M0002StreamSequences extends Migration {
  override up(): void {
    this.addSql('alter table alerts add column alert_sequence bigint not null default 0');
    this.addSql('alter table alerts alter column alert_sequence drop default');
    this.addSql('alter table alerts add column outcome_sequence bigint');
    this.addSql(`update alerts set outcome_sequence = 0 where status <> 'RECEIVED'`);
    this.addSql(
      `alter table alerts add constraint alerts_finished_has_sequence
         check ((status = 'RECEIVED') = (outcome_sequence is null))`,
    );
  }

  override down(): void {
    this.addSql('alter table alerts drop column outcome_sequence, drop column alert_sequence');
  }
}

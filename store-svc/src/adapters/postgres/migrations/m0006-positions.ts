import { Migration } from '@mikro-orm/migrations';

/** By which a stream of alerts is noticed that is not the one that the rows are of, or that has not come as far. */
export class M0006Positions extends Migration {
  override up(): void {
    this.addSql(
      'create index alerts_position on alerts (greatest(alert_sequence, awaited_sequence, outcome_sequence))',
    );
    this.addSql('alter table maintenance add column stream_identity text');
  }

  override down(): void {
    this.addSql('alter table maintenance drop column stream_identity');
    this.addSql('drop index alerts_position');
  }
}

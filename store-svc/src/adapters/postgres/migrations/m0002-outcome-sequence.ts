import { Migration } from '@mikro-orm/migrations';

/** Which of two outcomes is the later one is told by the stream's order instead of clocks. */
export class M0002OutcomeSequence extends Migration {
  override up(): void {
    this.addSql('alter table alerts add column outcome_sequence bigint');
    this.addSql(`update alerts set outcome_sequence = 0 where status <> 'RECEIVED'`);
    this.addSql(
      `alter table alerts add constraint alerts_finished_has_sequence
         check ((status = 'RECEIVED') = (outcome_sequence is null))`,
    );
  }

  override down(): void {
    this.addSql('alter table alerts drop column outcome_sequence');
  }
}

import { Migration } from '@mikro-orm/migrations';

/** A message that was quarantined is resolved, as the API says: redriven or discarded. */
export class M0004ResolvedAt extends Migration {
  override up(): void {
    this.addSql('alter table quarantined_alerts rename column settled_at to resolved_at');
    this.addSql(
      'alter table quarantined_alerts rename constraint quarantined_alerts_settled_has_time to quarantined_alerts_resolved_has_time',
    );
    this.addSql(
      `comment on table quarantined_alerts is 'One row a message that was quarantined. Written by store-svc only.'`,
    );
  }

  override down(): void {
    this.addSql('alter table quarantined_alerts rename column resolved_at to settled_at');
    this.addSql(
      'alter table quarantined_alerts rename constraint quarantined_alerts_resolved_has_time to quarantined_alerts_settled_has_time',
    );
  }
}

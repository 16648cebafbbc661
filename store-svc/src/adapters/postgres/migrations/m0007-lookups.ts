import { Migration } from '@mikro-orm/migrations';

/**
 * What alerts are looked up by besides store and status: over the API, and by people with psql. With a million rows
 * each of these took a scan of the table.
 */
export class M0007Lookups extends Migration {
  override up(): void {
    this.addSql('create index alerts_latest_received on alerts (received_at desc, uid desc)');
    this.addSql(
      `create index alerts_latest_of_failure on alerts (failure_code, alert_timestamp desc, uid desc)
         where failure_code is not null`,
    );
    // A path may be longer than an entry of a B-tree.
    this.addSql('create index alerts_of_video on alerts using hash (video)');
    this.addSql('create index alerts_of_trace on alerts using hash (trace_id)');
    this.addSql('create index alerts_probe_ms on alerts (probe_ms) where probe_ms is not null');
    this.addSql('create index alerts_outcome_sequence on alerts (outcome_sequence) where outcome_sequence is not null');
  }

  override down(): void {
    for (const name of NAMES) this.addSql(`drop index ${name}`);
  }
}

const NAMES = [
  'alerts_latest_received',
  'alerts_latest_of_failure',
  'alerts_of_video',
  'alerts_of_trace',
  'alerts_probe_ms',
  'alerts_outcome_sequence',
];

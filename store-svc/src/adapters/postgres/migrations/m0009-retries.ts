import { Migration } from '@mikro-orm/migrations';

/** An alert that is RECEIVED says what was tried so far. */
export class M0009Retries extends Migration {
  override up(): void {
    for (const [name, type, comment] of COLUMNS) {
      this.addSql(`alter table alerts add column ${name} ${type}`);
      this.addSql(`comment on column alerts.${name} is '${comment}'`);
    }
  }

  override down(): void {
    for (const [name] of COLUMNS) this.addSql(`alter table alerts drop column ${name}`);
  }
}

const COLUMNS = [
  [
    'retry_attempts',
    'bigint',
    'retry.attempts: how many attempts have failed while the alert is RECEIVED; this and the next three are null otherwise.',
  ],
  ['last_failure_code', 'text', 'retry.last_failure.code: why the last of them failed.'],
  ['last_failure_message', 'text', 'retry.last_failure.message: the same for people.'],
  ['next_attempt_at', 'timestamptz(6)', 'retry.next_attempt_at: when it is tried again.'],
] as const;

import { Migration } from '@mikro-orm/migrations';
import { COLUMN_COMMENTS } from './m0008-column-comments.ts';

const RENAMED = [
  ['alerts', 'alert_timestamp', 'timestamp'],
  ['alerts', 'probe_ms', 'elapsed_ms'],
  ['alerts', 'outcome_sequence', 'sequence'],
  ['quarantined_alerts', 'stream_sequence', 'sequence'],
] as const;
const RENAMED_INDEXES = [
  ['alerts_probe_ms', 'alerts_elapsed_ms'],
  ['alerts_outcome_sequence', 'alerts_sequence'],
] as const;

/** The columns are named as the API names its fields, and `\d+ alerts` in psql says of each what it holds. */
export class M0008ApiNames extends Migration {
  override up(): void {
    for (const [table, from, to] of RENAMED) this.addSql(`alter table ${table} rename column ${from} to ${to}`);
    for (const [from, to] of RENAMED_INDEXES) this.addSql(`alter index ${from} rename to ${to}`);
    for (const [table, comments] of Object.entries(COLUMN_COMMENTS)) {
      for (const [column, comment] of Object.entries(comments)) {
        this.addSql(`comment on column ${table}.${column} is '${comment.replaceAll("'", "''")}'`);
      }
    }
  }

  override down(): void {
    for (const [table, comments] of Object.entries(COLUMN_COMMENTS)) {
      for (const column of Object.keys(comments)) this.addSql(`comment on column ${table}.${column} is null`);
    }
    for (const [from, to] of RENAMED_INDEXES) this.addSql(`alter index ${to} rename to ${from}`);
    for (const [table, from, to] of RENAMED) this.addSql(`alter table ${table} rename column ${to} to ${from}`);
  }
}

/** The schema, for tools that copy or restore what it holds. */
export { MIGRATION_NAMES, migrate, removeSchema } from './migrate.ts';
export { clientConfig } from './orm-options.ts';

/** What the migrations have made and fill with data, of any version; `schema_migrations` says how far they have run. */
export const TABLES: readonly string[] = [
  'alerts',
  'retired_alerts',
  'quarantined_alerts',
  'idempotency_keys',
  'maintenance',
  'alert_counts',
  'alert_count_changes',
];

/** What store-svc has in Postgres, also for tools that copy or restore what it holds. */
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import type { ServiceSchema } from '@vigie/postgres';
import { AlertRow } from './alert-row.ts';
import { MIGRATIONS } from './migrations/migrations-list.ts';
import { QuarantinedRow } from './quarantined-row.ts';

export const STORE_SCHEMA: ServiceSchema = {
  applicationName: 'vigie-store-svc',
  entities: [AlertRow, QuarantinedRow],
  migrations: MIGRATIONS,
  migrationsTable: 'schema_migrations',
  // "vigie" in ASCII.
  migrationLock: 0x76_69_67_69_65,
  // The grants of docker/postgres/roles.sql, to read what all tenants have and what one has.
  canUseTable: `do $$ begin
    perform from alerts limit 0;
    perform set_config('vigie.tenant', '${DEFAULT_TENANT}', true);
    set local role vigie_store_tenant;
    perform from alerts limit 0;
  end $$`,
};

/** In the order in which they run. */
export const MIGRATION_NAMES: readonly string[] = MIGRATIONS.map(({ name }) => name);

/** What the migrations have made and fill with data, of any version; `schema_migrations` says how far they have run. */
export const TABLES: readonly string[] = [
  'alerts',
  'retired_alerts',
  'quarantined_alerts',
  'idempotency_keys',
  'maintenance',
  'alert_counts',
  'alert_totals',
  'alert_count_changes',
];

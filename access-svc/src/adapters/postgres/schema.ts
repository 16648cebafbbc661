/** What access-svc has in Postgres, also for tools that copy or restore what it holds. */
import type { ServiceSchema } from '@vigie/postgres';
import { ApiKeyRow } from './api-key-row.ts';
import { M0001ApiKeys } from './migrations/m0001-api-keys.ts';
import { M0002AuditEvents } from './migrations/m0002-audit-events.ts';

/** "vigac" in ASCII: the same for every access-svc, of any version. */
const MIGRATION_LOCK = 0x76_69_67_61_63;

export const SCHEMA: ServiceSchema = {
  applicationName: 'vigie-access-svc',
  schemaName: 'access',
  entities: [ApiKeyRow],
  migrations: [
    { name: '0001-api-keys', class: M0001ApiKeys },
    { name: '0002-audit-events', class: M0002AuditEvents },
  ],
  migrationsTable: 'schema_migrations',
  migrationLock: MIGRATION_LOCK,
  // Fails for a role that lacks the grants of docker/postgres/roles.sql.
  canUseTable: 'select from access.api_keys limit 0',
};

/** What the migrations have made and fill with data, of any version; `schema_migrations` says how far they have run. */
export const TABLES: readonly string[] = ['api_keys', 'audit_events'];

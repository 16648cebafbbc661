/** What access-svc has in Postgres, also for tools that copy or restore what it holds. */
import type { ServiceSchema } from '@vigie/postgres';
import { ApiKeyRow } from './api-key-row.ts';
import { TENANT_ROLE } from './for-tenant.ts';
import { M0001ApiKeys } from './migrations/m0001-api-keys.ts';
import { M0002AuditEvents } from './migrations/m0002-audit-events.ts';
import { M0003Users } from './migrations/m0003-users.ts';
import { M0004Tenants } from './migrations/m0004-tenants.ts';
import { TenantRow } from './tenant-row.ts';
import { UserRow } from './user-row.ts';

/** "vigac" in ASCII: the same for every access-svc, of any version. */
const MIGRATION_LOCK = 0x76_69_67_61_63;

export const SCHEMA: ServiceSchema = {
  applicationName: 'vigie-access-svc',
  schemaName: 'access',
  entities: [ApiKeyRow, TenantRow, UserRow],
  migrations: [
    { name: '0001-api-keys', class: M0001ApiKeys },
    { name: '0002-audit-events', class: M0002AuditEvents },
    { name: '0003-users', class: M0003Users },
    { name: '0004-tenants', class: M0004Tenants },
  ],
  migrationsTable: 'schema_migrations',
  migrationLock: MIGRATION_LOCK,
  // Fails for a role that lacks the grants of docker/postgres/roles.sql, or can't become that of tenants.
  canUseTable: `select from access.api_keys limit 0; set role ${TENANT_ROLE}; reset role`,
};

/**
 * What the migrations have made and fill with data, of any version, none before one that it refers to;
 * `schema_migrations` says how far they have run.
 */
export const TABLES: readonly string[] = [
  ...['tenants', 'api_keys', 'audit_events'],
  ...['users', 'mail_tokens', 'sessions', 'signing_keys'],
];

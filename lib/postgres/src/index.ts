export { asTenant, readAsTenant, type TenantRole } from './as-tenant.ts';
export { askPostgres } from './ask-postgres.ts';
export { type DatabaseConfig, readDatabaseConfig, readMigrationUrl, type SessionTimeouts } from './database-config.ts';
export { forgetRows } from './forget-rows.ts';
export { inTransaction } from './in-transaction.ts';
export { type DatabaseContext, openDatabase } from './open-database.ts';
export { type ConnectionOptions, clientConfig, ormOptions } from './orm-options.ts';
export type { ServiceSchema } from './service-schema.ts';

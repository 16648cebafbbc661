import type { MigrationObject } from '@mikro-orm/core';
import type { Options } from '@mikro-orm/postgresql';

/** What a service has in Postgres: its tables, the migrations that make them, and its name there. */
export interface ServiceSchema {
  /** Of its connections, in `pg_stat_activity`: `vigie-store-svc`. */
  readonly applicationName: string;
  /**
   * The schema of Postgres that has its tables; `public` if absent. Migrations and statements of entities find it by
   * themselves; SQL written by hand names it, unless it is in the `search_path` of the role.
   */
  readonly schemaName?: string;
  readonly entities: NonNullable<Options['entities']>;
  /** In the order in which they run; what has run once anywhere never changes again. */
  readonly migrations: readonly MigrationObject[];
  /** The table of the schema that says which have run. */
  readonly migrationsTable: string;
  /** Number of the advisory lock for migrating: the same for every version of the service, another for each service. */
  readonly migrationLock: number;
  /** A statement that fails for a role that lacks its grants. */
  readonly canUseTable: string;
}

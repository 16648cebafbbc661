import { SCHEMA as ACCESS_SCHEMA, TABLES as ACCESS_TABLES } from '@vigie/access-svc/schema';
import type { ServiceSchema } from '@vigie/postgres';
import { STORE_SCHEMA, TABLES as STORE_TABLES } from '@vigie/store-svc/schema';

export interface CopiedSchema {
  /** In Postgres. */
  readonly name: string;
  readonly service: ServiceSchema;
  /** As statements name them. */
  readonly tables: readonly string[];
  /** As statements name it. */
  readonly migrationsTable: string;
  /** Names of all that this version has, in their order. */
  readonly migrations: readonly string[];
}

/** Those of all services that keep rows: what is copied and restored of Postgres. */
export const SCHEMAS: readonly CopiedSchema[] = [
  copied(STORE_SCHEMA, STORE_TABLES),
  copied(ACCESS_SCHEMA, ACCESS_TABLES),
];

/** @param tables of any version, without those that say how far migrations have run */
function copied(service: ServiceSchema, tables: readonly string[]): CopiedSchema {
  const { schemaName: name = 'public', migrationsTable, migrations } = service;
  const inSql = (table: string) => (name === 'public' ? table : `${name}.${table}`);
  return {
    ...{ name, service, tables: tables.map(inSql), migrationsTable: inSql(migrationsTable) },
    migrations: migrations.map(migration => migration.name),
  };
}

import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { migrate, removeSchema } from '@vigie/postgres/migrations';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { MIGRATION_NAMES, STORE_SCHEMA, TABLES } from './schema.ts';

describe('the schema', () => {
  const teardown = new AsyncDisposableStack();
  const logger = createLogger('store-svc', 'silent');
  let postgres: EmbeddedPostgres;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
  });
  after(() => teardown.disposeAsync());

  const names = async (sql: string) => (await queryPostgres(postgres.url, sql)).map(({ name }) => name);
  const tables = () => names(`select tablename as name from pg_tables where schemaname = 'public' order by 1`);
  const migrations = () => names('select name from schema_migrations order by id');

  it('is made up to any migration, and up to date from there', async () => {
    await migrate(STORE_SCHEMA, postgres.url, logger, '0005-sweep');
    expect(await migrations()).to.deep.equal(MIGRATION_NAMES.slice(0, 5));
    await migrate(STORE_SCHEMA, postgres.url, logger);
    expect(await migrations()).to.deep.equal(MIGRATION_NAMES);
  });

  it('has the tables that it is copied by', async () => {
    expect(await tables()).to.deep.equal([...TABLES, 'schema_migrations'].toSorted());
  });

  it('is removed with what it holds, and nothing else is', async () => {
    await queryPostgres(postgres.url, 'create table somebody_elses (id int)');
    await removeSchema(STORE_SCHEMA, postgres.url, logger);
    expect(await tables()).to.deep.equal(['schema_migrations', 'somebody_elses']);
    expect(await migrations()).to.deep.equal([]);
    expect(
      await names(`select proname as name from pg_proc where pronamespace = 'public'::regnamespace`),
    ).to.deep.equal([]);
    await migrate(STORE_SCHEMA, postgres.url, logger);
    expect(await migrations()).to.deep.equal(MIGRATION_NAMES);
  });
});

import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { migrate, removeSchema } from '@vigie/postgres/migrations';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { SCHEMA, TABLES } from './schema.ts';

describe('the schema of access-svc', () => {
  const teardown = new AsyncDisposableStack();
  const logger = createLogger('access-svc', 'silent');
  let postgres: EmbeddedPostgres;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    await migrate(SCHEMA, postgres.url, logger);
  });
  after(() => teardown.disposeAsync());

  async function tables(): Promise<unknown[]> {
    const sql = `select tablename as name from pg_tables where schemaname = 'access' order by 1`;
    return (await queryPostgres(postgres.url, sql)).map(({ name }) => name);
  }

  it('has the tables that it is copied by', async () => {
    expect(await tables()).to.deep.equal([...TABLES, 'schema_migrations'].toSorted());
  });

  it('is removed with what it holds, and nothing else is', async () => {
    await queryPostgres(postgres.url, 'create table access.somebody_elses (id int)');
    await removeSchema(SCHEMA, postgres.url, logger);
    expect(await tables()).to.deep.equal(['schema_migrations', 'somebody_elses']);
  });
});

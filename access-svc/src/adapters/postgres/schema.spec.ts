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

  before('migrate rows of before there were tenants', async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    await migrate(SCHEMA, postgres.url, logger, '0003-users');
    for (const row of [
      `api_keys (id, name, scopes, stores, sha256, created_by, created_at)
        values ('old', 'old', '{admin}', '{}', sha256('old'), 'spec', now())`,
      `users (id, email, roles, created_at) values (gen_random_uuid(), 'ada@example.com', '{}', now())`,
      `audit_events values (gen_random_uuid(), now(), 'key:old', 'a/B', '{}', 'OK', '')`,
    ]) {
      await queryPostgres(postgres.url, `insert into access.${row}`);
    }
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

  it('has what was there before there were tenants as the default one’s; of what comes later one says whose', async () => {
    for (const table of ['api_keys', 'users', 'audit_events']) {
      expect(await queryPostgres(postgres.url, `select tenant from access.${table}`)).to.deep.equal([
        { tenant: 'default' },
      ]);
    }
    const sql = `select table_name from information_schema.columns
      where table_schema = 'access' and column_name = 'tenant' and (column_default is not null or is_nullable = 'YES')`;
    expect(await queryPostgres(postgres.url, sql)).to.deep.equal([]);
  });

  it('is removed with what it holds, and nothing else is', async () => {
    await queryPostgres(postgres.url, 'create table access.somebody_elses (id int)');
    await queryPostgres(
      postgres.url,
      `with acme as (insert into access.tenants values ('acme', 'acme', now(), 'spec') returning id)
       insert into access.users (id, tenant, email, roles, created_at)
       select gen_random_uuid(), id, 'ada@example.com', '{}', now() from acme`,
    );
    await removeSchema(SCHEMA, postgres.url, logger);
    expect(await tables()).to.deep.equal(['schema_migrations', 'somebody_elses']);
  });
});

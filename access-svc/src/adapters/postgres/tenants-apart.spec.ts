import { type EmbeddedPostgres, openPostgresSession, type PgClient, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { migrate } from '@vigie/postgres/migrations';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { TENANT_ROLE } from './for-tenant.ts';
import { SCHEMA } from './schema.ts';

const TABLES = ['api_keys', 'users', 'audit_events', 'mail_tokens', 'sessions'];

/** The second wall, for statements that forget the first one: their own condition. */
describe('the policies of access-svc', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: EmbeddedPostgres;
  let session: PgClient;

  before('give two tenants a row in each table', async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    await migrate(SCHEMA, postgres.url, createLogger('access-svc', 'silent'));
    for (const tenant of ['acme', 'beta']) {
      for (const row of [
        `tenants values ('${tenant}', '${tenant}', now(), 'spec')`,
        `api_keys (id, tenant, name, scopes, stores, sha256, created_by, created_at)
          values ('${tenant}', '${tenant}', 'spec', '{admin}', '{}', sha256('${tenant}'), 'spec', now())`,
        `audit_events values (gen_random_uuid(), now(), 'key:a', 'a/B', '{}', 'OK', '', '${tenant}')`,
        `users (id, tenant, email, roles, created_at)
          values (gen_random_uuid(), '${tenant}', 'ada@example.com', '{}', now())`,
        `mail_tokens select id, 'reset', sha256('${tenant}'), now() from access.users where tenant = '${tenant}'`,
        `sessions select gen_random_uuid(), id, sha256('a'), now(), now() from access.users where tenant = '${tenant}'`,
      ]) {
        await queryPostgres(postgres.url, `insert into access.${row}`);
      }
    }
  });
  beforeEach(async () => {
    session = await openPostgresSession(postgres.urlOf('access-svc'), 'vigie-spec');
    await session.query('begin');
    await session.query(`set local role ${TENANT_ROLE}`);
  });
  afterEach(() => session.end());
  after(() => teardown.disposeAsync());

  const be = (tenant: string) => session.query(`set local vigie.tenant = '${tenant}'`);
  const count = async (client: PgClient, table: string) =>
    Number((await client.query(`select count(*) as n from access.${table}`)).rows[0]?.n);
  const codeOf = (statement: string) =>
    session.query(statement).then(
      () => 'done',
      error => error.code,
    );

  for (const table of TABLES) {
    it(`show a tenant its own rows of ${table} alone`, async () => {
      await be('acme');
      expect(await count(session, table)).to.equal(1);
      const { rows } = await session.query(`select * from access.${table}`);
      expect(JSON.stringify(rows)).not.to.include('beta');
    });

    it(`show nothing of ${table} without a tenant`, async () => {
      await be('');
      expect(await count(session, table)).to.equal(0);
    });

    it(`answer nothing about ${table} where nobody has ever named one`, async () => {
      // undefined_object
      expect(await codeOf(`select * from access.${table}`)).to.equal('42704');
    });

    it(`show all of ${table} to the service itself`, async () => {
      await session.query('reset role');
      expect(await count(session, table)).to.equal(2);
    });
  }

  for (const statement of [
    `insert into access.api_keys (id, tenant, name, scopes, stores, sha256, created_by, created_at)
      values ('new', 'beta', 'spec', '{admin}', '{}', sha256('new'), 'spec', now())`,
    `update access.api_keys set tenant = 'beta'`,
    `update access.users set tenant = 'beta'`,
  ]) {
    it(`let a tenant give nothing to another one: ${statement.slice(0, 40)}`, async () => {
      await be('acme');
      // insufficient_privilege
      expect(await codeOf(statement)).to.equal('42501');
    });
  }

  it('let a tenant change and delete nothing of another one', async () => {
    await be('acme');
    for (const table of ['api_keys', 'users']) {
      const { rows } = await session.query(`update access.${table} set created_at = now() returning tenant`);
      expect(rows).to.deep.equal([{ tenant: 'acme' }]);
    }
    const [user] = await queryPostgres(postgres.url, `select id from access.users where tenant = 'beta'`);
    const { rows } = await session.query('select access.delete_user($1) as deleted', [user?.id]);
    expect(rows).to.deep.equal([{ deleted: false }]);
  });
});

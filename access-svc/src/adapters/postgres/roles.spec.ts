import { createRoles, type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { whileMigrating } from '@vigie/postgres/testing';
import { expect } from 'chai';
import { runAccess } from '../../testing/running-access.ts';
import { SCHEMA } from './schema.ts';

/** docker/postgres/roles.sql. That the role can do what access-svc does is its own suite, which runs as this role. */
describe('the role of access-svc', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: EmbeddedPostgres;
  let url: string;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    // As store-svc makes its own.
    await queryPostgres(postgres.url, 'create table alerts (uid text)');
    await (await runAccess(teardown, postgres)).started;
    url = postgres.urlOf('access-svc');
  });
  after(() => teardown.disposeAsync());

  const codeOf = (as: string, statement: string) =>
    queryPostgres(as, statement).then(
      () => 'done',
      error => error.code,
    );

  for (const statement of [
    'create table access.mine (id text)',
    'create table public.mine (id text)',
    'create temporary table mine (id text)',
    'create schema mine',
    'alter table access.api_keys drop column name',
    'drop table access.api_keys',
    'truncate access.api_keys',
    'delete from access.api_keys',
    'delete from access.audit_events',
    'truncate access.audit_events',
    'delete from access.users',
    'delete from access.sessions',
    'delete from access.signing_keys',
    'delete from access.tenants',
    `update access.audit_events set subject = 'somebody'`,
    'alter table access.audit_events disable trigger all',
    'select from alerts',
    'insert into alerts default values',
    'update alerts set uid = null',
  ]) {
    it(`can't ${statement}`, async () => {
      // insufficient_privilege
      expect(await codeOf(url, statement)).to.equal('42501');
    });
  }

  it('is alone in reading and writing keys, those of later tables too', async () => {
    await queryPostgres(postgres.url, 'create table access.later (id text)');
    for (const as of [postgres.urlOf('store-svc'), postgres.readUrl]) {
      for (const table of ['access.api_keys', 'access.later', 'access.schema_migrations']) {
        expect(await codeOf(as, `select from ${table}`)).to.equal('42501');
        expect(await codeOf(as, `insert into ${table} default values`)).to.equal('42501');
      }
    }
    expect(await codeOf(url, 'insert into access.later default values')).to.equal('done');
    expect(await codeOf(url, 'select from access.later')).to.equal('done');
  });

  it('is missed at the start where it lacks its grants', async () => {
    await queryPostgres(postgres.url, 'create database ungranted');
    const { started } = await runAccess(teardown, postgres, {
      DATABASE_URL: new URL('/ungranted', url).href,
      DATABASE_MIGRATION_URL: new URL('/ungranted', postgres.url).href,
    });
    const why = await started.catch(error => error.message);
    expect(why).to.match(/permission denied for schema access/);
  });

  it('is missed at the start where it may not become that of tenants, as after roles.sql of an earlier version', async () => {
    await queryPostgres(postgres.url, 'revoke vigie_access_tenant from vigie_access');
    const { started } = await runAccess(teardown, postgres);
    expect(await started.catch(error => error.message)).to.match(/permission denied to set role "vigie_access_tenant"/);
    await createRoles(postgres.url);
    await (await runAccess(teardown, postgres)).started;
  });

  it('is given all that is there when it is made on the data of an earlier version', async () => {
    await queryPostgres(postgres.url, 'drop owned by vigie_access');
    await queryPostgres(postgres.url, 'drop role vigie_access');
    await postgres.restart();
    expect(await codeOf(url, 'select from access.api_keys')).to.equal('done');
    expect(await codeOf(url, 'set role vigie_access_tenant')).to.equal('done');
  });

  it('has nothing of what the role of tenants may without becoming it, nor the other way round', async () => {
    await queryPostgres(postgres.url, 'create table access.of_tenants (id text)');
    await queryPostgres(postgres.url, 'revoke all on access.of_tenants from vigie_access');
    await queryPostgres(postgres.url, 'grant select on access.of_tenants to vigie_access_tenant');
    const become = 'begin; set local role vigie_access_tenant;';
    expect(await codeOf(url, 'select from access.of_tenants')).to.equal('42501');
    expect(await codeOf(url, `${become} select from access.of_tenants`)).to.equal('done');
    for (const table of ['signing_keys', 'tenants', 'schema_migrations']) {
      expect(await codeOf(url, `${become} select from access.${table}`)).to.equal('42501');
    }
  });

  it('is made before or after its tables, never meanwhile: some of them would get no grants', async () => {
    expect(await whileMigrating(SCHEMA, postgres, () => createRoles(postgres.url))).to.equal(undefined);
  });

  it('finds a comment on each column', async () => {
    const uncommented = await queryPostgres(
      postgres.url,
      `select attrelid::regclass, attname from pg_attribute
       where attrelid = any (array['access.api_keys', 'access.audit_events', 'access.users', 'access.mail_tokens',
         'access.sessions', 'access.signing_keys', 'access.tenants']::regclass[])
         and attnum > 0 and col_description(attrelid, attnum) is null`,
    );
    expect(uncommented).to.deep.equal([]);
  });
});

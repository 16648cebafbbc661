import { createRoles, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { whileMigrating } from '@vigie/postgres/testing';
import { expect } from 'chai';
import { recordArrivals } from '../../application/record-arrival.ts';
import { DatabaseError } from '../../ports/alert-store.ts';
import { openPostgresStore, type PostgresStore } from '../../testing/postgres-store.ts';
import { arrivalOf, receivedAlert } from '../../testing/sample-alerts.ts';
import { STORE_SCHEMA } from './schema.ts';

/**
 * docker/postgres/roles.sql. That the role can do what store-svc does is the contract's suite, which runs as this role.
 */
describe('the role of store-svc', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let opened: PostgresStore;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    opened = await openPostgresStore(teardown, postgres);
  });
  after(() => teardown.disposeAsync());

  for (const statement of [
    'create table mine (uid text)',
    'create temporary table mine (uid text)',
    'create schema mine',
    'create role mine',
    'create index mine on alerts (video)',
    'alter table alerts drop column video',
    'alter table alerts disable trigger all',
    'drop table alerts',
    'truncate alerts',
    'delete from alerts',
    'alter system set fsync = off',
    'set session_replication_role = replica',
  ]) {
    it(`can't ${statement}`, async () => {
      const error = await queryPostgres(postgres.urlOf('store-svc'), statement).catch(error => error);
      // insufficient_privilege
      expect(error).to.have.property('code', '42501');
    });
  }

  for (const statement of [
    `update alerts set store = ''`,
    'insert into maintenance default values',
    'delete from quarantined_alerts',
    `select retire_alerts('[]', 'DELETED', null)`,
    'select fold_alert_counts()',
    'create temporary table mine (uid text)',
    'create table mine (uid text)',
    'set role vigie_store',
  ]) {
    it(`lets people who only read not ${statement}`, async () => {
      const error = await queryPostgres(postgres.readUrl, statement).catch(error => error);
      expect(error).to.have.property('code', '42501');
    });
  }

  it('lets people read all tables, those of later migrations too', async () => {
    await queryPostgres(postgres.url, 'create table read_later (uid text)');
    for (const table of ['alerts', 'quarantined_alerts', 'read_later']) {
      expect(await queryPostgres(postgres.readUrl, `select uid from ${table}`)).to.deep.equal([]);
    }
  });

  it('can use a table that a later migration makes', async () => {
    await queryPostgres(postgres.url, 'create table later (id bigserial, uid text)');
    await queryPostgres(postgres.urlOf('store-svc'), 'insert into later (uid) values ($1)', ['a']);
    await queryPostgres(postgres.urlOf('store-svc'), 'update later set uid = $1', ['b']);
    expect(await queryPostgres(postgres.urlOf('store-svc'), 'select id, uid from later')).to.deep.equal([
      { id: '1', uid: 'b' },
    ]);
    expect(await queryPostgres(postgres.urlOf('store-svc'), 'drop table later').catch(error => error.code)).to.equal(
      '42501',
    );
  });

  it('is the only one that stays connected once the schema is up to date', async () => {
    await waitFor('the end of the connections of the migration', async () => {
      const others = await queryPostgres(
        postgres.url,
        `select 1 from pg_stat_activity where application_name = 'vigie-store-svc' and usename <> 'vigie_store'`,
      );
      return others.length === 0 ? true : undefined;
    });
    const rows = await opened.orm.em.getConnection().execute('select current_user');
    expect(rows).to.deep.equal([{ current_user: 'vigie_store' }]);
  });

  it('is missed at the start, not at the first alert, where it lacks its grants', async () => {
    const { href: url } = new URL('/ungranted', postgres.urlOf('store-svc'));
    await queryPostgres(postgres.url, 'create database ungranted');
    const migrationUrl = new URL('/ungranted', postgres.url).href;
    const error = await openPostgresStore(teardown, postgres, { url, migrationUrl }).catch(error => error);
    expect(error.message).to.match(/permission denied for table alerts/);
  });

  it('may lose a grant under a running service, which says that it is worth trying again until it is back', async () => {
    const { store } = await openPostgresStore(teardown, postgres);
    const received = arrivalOf(receivedAlert('granted'));
    await queryPostgres(postgres.url, 'revoke insert on alerts from vigie_store_tenant');
    const error = await recordArrivals(store, [received]).catch(error => error);
    expect(error).to.be.instanceOf(DatabaseError).with.property('reason', 'STORE_NOT_WRITABLE');
    await queryPostgres(postgres.url, 'grant insert on alerts to vigie_store_tenant');
    expect(await recordArrivals(store, [received])).to.deep.equal([{ kind: 'RECORDED' }]);
  });

  it('is made on the data of an earlier version, whose tables it can use then', async () => {
    await queryPostgres(postgres.url, 'drop owned by vigie_store');
    await queryPostgres(postgres.url, 'drop role vigie_store');
    await postgres.restart();
    await queryPostgres(postgres.urlOf('store-svc'), 'select from alerts');
  });

  it('is made before or after its tables, never meanwhile: some of them would get no grants', async () => {
    expect(await whileMigrating(STORE_SCHEMA, postgres, () => createRoles(postgres.url))).to.equal(undefined);
  });

  it('survives a restart of a Postgres that was made read-only by hand', async () => {
    await queryPostgres(postgres.url, 'alter system set default_transaction_read_only = on');
    await postgres.restart();
    await queryPostgres(postgres.urlOf('store-svc'), 'select from alerts');
  });
});

import type { MikroORM } from '@mikro-orm/postgresql';
import { queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { asTenant, inTransaction } from '@vigie/postgres';
import type { Health } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { createRecordArrival, recordArrivals } from '../../application/record-arrival.ts';
import { recordOutcomes } from '../../application/record-outcome.ts';
import type { AlertFilter } from '../../domain/alert-filter.ts';
import { type AlertStores, DatabaseError, UnstorableError } from '../../ports/alert-store.ts';
import { describeAlertStores } from '../../testing/alert-store.contract.ts';
import { emptyPostgresStore, openPostgresStore, POOL_SIZE } from '../../testing/postgres-store.ts';
import { arrivalOf, finishedAlert, found, receivedAlert } from '../../testing/sample-alerts.ts';
import { MIGRATIONS } from './migrations/migrations-list.ts';
import type { PostgresAlertStore } from './postgres-alert-store.ts';
import { PostgresAlertStores } from './postgres-alert-stores.ts';

describe('PostgresAlertStore', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let orm: MikroORM;
  /** Whose sessions give up soon; for what waits for a Postgres that doesn't answer. */
  let impatientOrm: MikroORM;
  let health: Health;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    ({ orm, health } = await openPostgresStore(teardown, postgres));
    const timeouts = { statementTimeoutMs: 500, lockTimeoutMs: 400, idleTransactionTimeoutMs: 20_000 };
    ({ orm: impatientOrm } = await openPostgresStore(teardown, postgres, { timeouts }));
  });
  after(() => teardown.disposeAsync());

  async function emptyStores(of = orm): Promise<PostgresAlertStores> {
    await emptyPostgresStore(postgres);
    // A test before may have ended Postgres: the pool notices on the first use.
    await waitFor('an empty table', () =>
      of.em
        .getConnection()
        .execute('select from alerts limit 0')
        .then(
          () => true,
          () => undefined,
        ),
    );
    return new PostgresAlertStores(of);
  }

  async function emptyStore(of = orm): Promise<PostgresAlertStore> {
    return (await emptyStores(of)).of('default');
  }

  describeAlertStores(() => emptyStores());

  it('writes what comes together with a row that Postgres refuses', async () => {
    const recordAlert = createRecordArrival(await emptyStores());
    // Past the rules that keep such an alert out.
    const alerts = ['ok', 'n\0l', 'fine'].map(store => arrivalOf(receivedAlert(`of-${store.length}`, { store })));
    const results = await Promise.all(alerts.map(alert => recordAlert(alert).catch(error => error)));
    expect([results[0], results[2]]).to.deep.equal([{ kind: 'RECORDED' }, { kind: 'RECORDED' }]);
    expect(results[1]).to.be.instanceOf(UnstorableError);
  });

  /** As it is carried out: as the role of a tenant. */
  async function explain(statement: string): Promise<string> {
    const plan = await asTenant(orm, { role: 'vigie_store_tenant', tenant: 'default' }, em =>
      em.execute<{ 'QUERY PLAN': string }[]>(`explain ${statement}`),
    );
    return plan.map(row => row['QUERY PLAN']).join('\n');
  }

  it('has a table that agrees with the entity', async () => {
    const difference = await orm.schema.getUpdateSchemaSQL({ wrap: false, dropTables: false });
    // Indexes, checks, triggers, policies and comments live in the migrations alone.
    const columns = difference
      .split('\n')
      .filter(
        line =>
          !/^(drop (index|trigger|function|policy)|comment|alter .* disable row level security|alter .* drop constraint|$)/.test(
            line,
          ),
      );
    expect(columns).to.deep.equal([]);
  });

  it('is migrated once by several that start at once', async () => {
    const { href: url } = new URL('/fresh', postgres.url);
    await queryPostgres(postgres.url, 'create database fresh');
    const roles = { url, migrationUrl: url };
    await Promise.all([1, 2, 3, 4].map(() => openPostgresStore(teardown, postgres, roles)));
    const rows = await queryPostgres(url, 'select name from schema_migrations order by name');
    expect(rows).to.deep.equal(MIGRATIONS.map(({ name }) => ({ name })));
  });

  const list = (filter: AlertFilter) => (stores: AlertStores) =>
    stores.of('default').list(filter, 50, { micros: 10_000_000_000, uid: 'uid-1' });
  for (const [what, index, read] of [
    ['alerts', 'alerts_latest', list({})],
    ['alerts of a store', 'alerts_latest_of_store', list({ stores: ['store-7'] })],
    [
      'alerts that wait for an outcome',
      'alerts_awaiting',
      (stores: AlertStores) =>
        stores.findAwaiting({ finishedThrough: 10_000, receivedBefore: new Date(), firstSequence: 1 }, 50),
    ],
  ] as const) {
    it(`reads a page of ${what} in order from ${index}`, async () => {
      const stores = await emptyStores();
      await queryPostgres(
        postgres.url,
        `insert into alerts (tenant, uid, video, timestamp, store, status, trace_id, received_at, alert_sequence)
         select 'default', 'uid-' || n, '/v.mp4', to_timestamp(n), 'store-' || n % 100, 'RECEIVED', '', now(), n
         from generate_series(1, 20000) n`,
      );
      await queryPostgres(postgres.url, 'analyze alerts');
      const statements: string[] = [];
      orm.config.set('onQuery', (sql, params) => {
        statements.push(orm.em.getPlatform().formatQuery(sql, params));
        return sql;
      });
      await read(stores);
      orm.config.set('onQuery', sql => sql);
      const text = await explain(statements[0] as string);
      // Row-level security asks once, not for each row.
      const walled = String.raw`(?:\s+->  Result .*\n\s+One-Time Filter: .*vigie\.tenant.*\n)?`;
      // Where the index has a part of the order, what is equal in it is sorted as it comes.
      const sorted = String.raw`(?:\s+->  Incremental Sort.*\n(?:.* Key: .*\n)+)?`;
      expect(text).to.match(
        new RegExp(String.raw`Limit .*\n${walled}${sorted}\s+->  Index (?:Only )?Scan using ${index} `),
      );
    });
  }

  it('finds the few alerts that have a rare label by it, and those that have a common one in their order', async () => {
    const store = await emptyStore();
    await queryPostgres(
      postgres.url,
      `insert into alerts (tenant, uid, video, timestamp, store, status, trace_id, received_at, alert_sequence, labels)
       select 'default', 'uid-' || n, '/v.mp4', to_timestamp(n), 'store-' || n % 100, 'RECEIVED', '', now(), n,
         array['case=' || n, 'camera=' || n % 3]
       from generate_series(1, 50000) n`,
    );
    await queryPostgres(postgres.url, 'vacuum (analyze) alerts');
    const planOf = async (filter: AlertFilter) => {
      const statements: string[] = [];
      orm.config.set('onQuery', (sql, params) => {
        if (/from "?alerts/.test(sql)) statements.push(orm.em.getPlatform().formatQuery(sql, params));
        return sql;
      });
      const listed = await store.list(filter, 50);
      orm.config.set('onQuery', sql => sql);
      return { listed: listed.length, plan: await explain(statements[0] as string) };
    };
    const rare = await planOf({ labels: ['case=7'], stores: ['store-7'] });
    expect(rare.listed).to.equal(1);
    expect(rare.plan).to.match(/Function Scan on labelled_alerts/);
    expect((await planOf({ labels: ['camera=1', 'case=7'] })).plan).to.match(/Function Scan on labelled_alerts/);
    const common = await planOf({ labels: ['camera=1'] });
    expect(common.listed).to.equal(50);
    expect(common.plan).to.match(/Index Scan using alerts_latest /);
  });

  for (const [index, query] of [
    ['alerts_latest_received', `select uid from alerts where tenant = 'default' order by received_at desc limit 10`],
    [
      'alerts_latest_received',
      `select uid from alerts where tenant = 'default' and received_at > now() - interval '1 s' limit 10`,
    ],
    ['alerts_elapsed_ms', 'select uid from alerts where elapsed_ms is not null order by elapsed_ms desc limit 10'],
    ['alerts_of_trace', `select uid from alerts where trace_id = 'trace-7'`],
    ['alerts_of_video', `select uid from alerts where video = '/7.mp4'`],
    ['alerts_sequence', 'select max(sequence) from alerts'],
    ['alerts_failure_code', `select uid from alerts where tenant = 'default' and failure_code = 'CODE-X' limit 9`],
    ['alerts_labels', `select uid from alerts where labels @> '{camera=7}' and tenant = 'default'`],
  ] as const) {
    it(`answers ${query} from ${index}`, async () => {
      await emptyStore();
      await queryPostgres(
        postgres.url,
        `insert into alerts (tenant, uid, video, timestamp, store, status, failure_code, trace_id, received_at,
           processed_at, alert_sequence, sequence, elapsed_ms)
         select 'default', 'uid-' || n, '/' || n || '.mp4', to_timestamp(n), 'store', 'FAILED', 'CODE-' || n % 9, 'trace-' || n,
           now() - n * interval '1 s', now(), n, n, n
         from generate_series(1, 20000) n`,
      );
      await queryPostgres(postgres.url, 'analyze alerts');
      const plan = await queryPostgres(postgres.url, `explain ${query}`);
      expect(plan.map(row => row['QUERY PLAN']).join('\n')).to.contain(index);
    });
  }

  it('says that it is worth trying again while Postgres is gone, and recovers by itself', async () => {
    const store = await emptyStore();
    postgres.kill('SIGKILL');
    await postgres.waitUntilExited();
    const error = await recordArrivals(store, [arrivalOf(receivedAlert('a'))]).catch(error => error);
    expect(error).to.be.instanceOf(DatabaseError).with.property('reason', 'STORE_UNREACHABLE');
    await waitFor('the refused connection in readiness', async () =>
      /ECONNREFUSED/.test((await health.readiness()).checks.postgres ?? '') ? true : undefined,
    );
    await postgres.start();
    const kinds = await waitFor('an answer', () =>
      recordArrivals(store, [arrivalOf(receivedAlert('a'))]).catch(() => undefined),
    );
    expect(kinds).to.deep.equal([{ kind: 'RECORDED' }]);
    await waitFor('readiness', async () => (await health.readiness()).ready || undefined);
  });

  it('gives a frozen Postgres up, and leaves no transaction open behind', async () => {
    const store = await emptyStore(impatientOrm);
    const received = receivedAlert('a');
    await recordArrivals(store, [arrivalOf(received)]);
    postgres.kill('SIGSTOP');
    const attempts = [recordOutcomes(store, [found(finishedAlert(received))]), store.get('a')];
    const errors = await Promise.all(attempts.map(attempt => attempt.catch(error => error)));
    postgres.kill('SIGCONT');
    for (const error of errors) expect(error).to.be.instanceOf(DatabaseError);
    await waitFor('the outcome', async () => {
      await recordOutcomes(store, [found(finishedAlert(received))]).catch(() => undefined);
      return (await store.get('a').catch(() => undefined)) && true;
    });
    const open = await waitFor('no open transaction', async () => {
      const rows = await orm.em
        .getConnection()
        .execute(`select pid from pg_stat_activity where state like 'idle in transaction%'`);
      return rows.length === 0 ? rows : undefined;
    });
    expect(open).to.deep.equal([]);
    expect(await store.get('a')).to.deep.equal(finishedAlert(received));
  });

  it('says that a row locked by another for too long is worth trying again', async () => {
    const store = await emptyStore(impatientOrm);
    const received = receivedAlert('a');
    await recordArrivals(store, [arrivalOf(received)]);
    await inTransaction(orm, async em => {
      await em.execute(`select 1 from alerts for update`);
      const error = await recordOutcomes(store, [found(finishedAlert(received))]).catch(error => error);
      expect(error).to.be.instanceOf(DatabaseError).with.property('reason', 'STORE_BUSY');
    });
    expect(await recordOutcomes(store, [found(finishedAlert(received))])).to.deep.equal([{ kind: 'RECORDED' }]);
  });

  it('gets every connection back that is lost in the middle of a transaction', async () => {
    const store = await emptyStore();
    const received = receivedAlert('a');
    await recordArrivals(store, [arrivalOf(received)]);
    await inTransaction(orm, async em => {
      await em.execute('select 1 from alerts for update');
      for (let round = 0; round < POOL_SIZE; round++) {
        const attempt = recordOutcomes(store, [found(finishedAlert(received))]).catch(error => error);
        await waitFor('the end of the waiting backend', async () => {
          const ended = await orm.em
            .getConnection()
            .execute(`select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'`);
          return ended.length > 0 ? true : undefined;
        });
        expect(await attempt).to.be.instanceOf(DatabaseError);
      }
    });
    expect(await recordOutcomes(store, [found(finishedAlert(received))])).to.deep.equal([{ kind: 'RECORDED' }]);
  });
});

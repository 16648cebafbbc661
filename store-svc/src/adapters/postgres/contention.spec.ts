import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { ReceivedAlert } from '@vigie/alert';
import { queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { inTransaction } from '@vigie/postgres';
import { LONG_TIMEOUTS } from '@vigie/postgres/testing';
import { expect } from 'chai';
import { recordArrivals } from '../../application/record-arrival.ts';
import { recordOutcomes } from '../../application/record-outcome.ts';
import { DatabaseError } from '../../ports/alert-store.ts';
import { openPostgresStore, type PostgresStore } from '../../testing/postgres-store.ts';
import { arrivalOf, finishedAlert, found, foundAgain, PROCESSED, receivedAlert } from '../../testing/sample-alerts.ts';

/** A copy of the only row. */
const INSERT_B = `insert into alerts select (jsonb_populate_record(alerts, '{"uid": "b"}')).* from alerts`;

describe('PostgresAlertStore beside other transactions', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  /** A person at psql, as the owner. */
  let person: MikroORM;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    ({ orm: person } = await openPostgresStore(teardown, postgres, { url: postgres.url }));
  });
  beforeEach(() => queryPostgres(postgres.url, 'truncate alerts'));
  after(() => teardown.disposeAsync());

  const RECORDED = { kind: 'RECORDED' };
  const UNCHANGED = { kind: 'UNCHANGED' };
  const arrive = (received: ReceivedAlert) => arrivalOf(received);

  /** How many backends of the service wait for a lock. */
  async function countWaiting(): Promise<number> {
    const rows = await queryPostgres(
      postgres.url,
      `select 1 from pg_stat_activity where usename = 'vigie_store' and wait_event_type = 'Lock'`,
    );
    return rows.length;
  }
  const waiting = (count: number) =>
    waitFor(`${count} that wait for a lock`, async () => ((await countWaiting()) >= count ? true : undefined));

  /** A store whose sessions have a setting that only a superuser may give them. */
  async function openWith(setting: string): Promise<PostgresStore> {
    await queryPostgres(postgres.url, `alter role vigie_store set ${setting}`);
    return openPostgresStore(teardown, postgres);
  }
  afterEach(() => queryPostgres(postgres.url, 'alter role vigie_store reset all'));

  describe('that hold a lock for too long', () => {
    const lockTimeoutMs = 300;

    it('says that it is worth trying again, to every writer', async () => {
      const { store } = await openPostgresStore(teardown, postgres, { timeouts: { ...LONG_TIMEOUTS, lockTimeoutMs } });
      const [a, b] = [receivedAlert('a'), receivedAlert('b')];
      await recordArrivals(store, [a].map(arrive));
      const writes = () => [recordOutcomes(store, [found(finishedAlert(a))]), recordArrivals(store, [b].map(arrive))];
      await inTransaction(person, async em => {
        await em.execute(`update alerts set video = video`);
        // An alert under the same uid that isn't committed: whether it will be there is open.
        await em.execute(INSERT_B);
        for (const error of await Promise.all(writes().map(write => write.catch(error => error)))) {
          expect(error).to.be.instanceOf(DatabaseError).with.property('reason', 'STORE_BUSY');
          expect(error).to.have.nested.property('cause.code', '55P03');
        }
      });
      expect(await Promise.all(writes())).to.deep.equal([[RECORDED], [UNCHANGED]]);
    });

    it('has a transaction of its own that does nothing ended by Postgres, for the sake of the others', async () => {
      const idle = { timeouts: { ...LONG_TIMEOUTS, idleTransactionTimeoutMs: 300 } };
      const [frozen, other] = await Promise.all([
        openPostgresStore(teardown, postgres, idle),
        openPostgresStore(teardown, postgres),
      ]);
      const received = receivedAlert('a');
      await recordArrivals(other.store, [received].map(arrive));
      const lock = Promise.withResolvers<void>();
      const thaw = Promise.withResolvers<void>();
      const stuck = inTransaction(frozen.orm, async em => {
        await em.execute('select 1 from alerts for update');
        lock.resolve();
        await thaw.promise;
      }).catch(error => error);
      await lock.promise;
      expect(await recordOutcomes(other.store, [found(finishedAlert(received))])).to.deep.equal([RECORDED]);
      thaw.resolve();
      expect(await stuck).to.be.instanceOf(Error);
      expect(await frozen.store.get('a')).to.deep.equal(finishedAlert(received));
    });
  });

  describe('that win', () => {
    /** Begins `write` while the person holds every row, and lets the person win. */
    async function loseTo(
      change: (em: EntityManager) => Promise<unknown>,
      write: () => Promise<unknown>,
      finish: (em: EntityManager) => Promise<unknown> = async () => undefined,
    ) {
      let written: Promise<unknown> | undefined;
      await inTransaction(person, async em => {
        await change(em);
        written = write().catch(error => error);
        await waiting(1);
        await finish(em);
      });
      return written;
    }

    it('writes an outcome again whose snapshot was overtaken', async () => {
      const { store } = await openWith(`default_transaction_isolation = 'repeatable read'`);
      const received = receivedAlert('a');
      await recordArrivals(store, [received].map(arrive));
      const written = await loseTo(
        em => em.execute(`update alerts set trace_id = trace_id`),
        () => recordOutcomes(store, [found(finishedAlert(received))]),
      );
      expect(written).to.deep.equal([RECORDED]);
      expect(await store.get('a')).to.deep.equal(finishedAlert(received));
    });

    it('finds an alert that came meanwhile', async () => {
      const { store } = await openWith(`default_transaction_isolation = 'serializable'`);
      const [a, b] = [receivedAlert('a'), receivedAlert('b')];
      await recordArrivals(store, [a].map(arrive));
      const written = await loseTo(
        em => em.execute(INSERT_B),
        () => recordArrivals(store, [a, b, receivedAlert('c')].map(arrive)),
      );
      expect(written).to.deep.equal([UNCHANGED, UNCHANGED, RECORDED]);
    });

    it('writes a batch again that was chosen to end a deadlock', async () => {
      // Who waits this long first looks for a deadlock, and is the one who gives up.
      const { store } = await openWith(`deadlock_timeout = '3s'`);
      const [a, b] = [receivedAlert('a'), receivedAlert('b')];
      await recordArrivals(store, [a, b].map(arrive));
      const deadlocks = async () =>
        Number(
          (await queryPostgres(postgres.url, 'select deadlocks from pg_stat_database where datname = $1', ['vigie']))[0]
            ?.deadlocks,
        );
      const before = await deadlocks();
      const written = await loseTo(
        async em => {
          await em.execute(`set local deadlock_timeout = '1h'`);
          await em.execute(`select 1 from alerts where uid = 'b' for update`);
        },
        () => recordOutcomes(store, [found(finishedAlert(a)), found(finishedAlert(b))]),
        em => em.execute(`select 1 from alerts where uid = 'a' for update`),
      );
      expect(written).to.deep.equal([RECORDED, RECORDED]);
      await waitFor('a deadlock', async () => ((await deadlocks()) > before ? true : undefined));
    });
  });

  it('lets every writer through in the end where all want the same rows', async () => {
    const { store } = await openWith(`default_transaction_isolation = 'serializable'`);
    const alerts = Array.from({ length: 50 }, (_, index) => receivedAlert(`uid-${index}`));
    const rounds = Array.from({ length: 8 }, (_, round) => round);
    await Promise.all(rounds.map(() => untilWritten(() => recordArrivals(store, alerts.map(arrive)))));
    const outcomes = (round: number) => alerts.map(alert => finishedAlert(alert, PROCESSED, round));
    await Promise.all(rounds.map(round => untilWritten(() => recordOutcomes(store, outcomes(round).map(foundAgain)))));
    const rows = await store.list({}, 100);
    const byUid = (a: ReceivedAlert, b: ReceivedAlert) => (a.alert.uid < b.alert.uid ? -1 : 1);
    expect(rows.toSorted(byUid)).to.deep.equal(outcomes(7).toSorted(byUid));
  });

  /** Postgres may always choose the same loser: what is left then is an error that says to try again. */
  async function untilWritten<T>(write: () => Promise<T>): Promise<T> {
    return waitFor(
      'a write that succeeds',
      () =>
        write().catch(error => {
          expect(error).to.be.instanceOf(DatabaseError).with.property('reason', 'STORE_BUSY');
          return undefined;
        }),
      60_000,
    );
  }
});

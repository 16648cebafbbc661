import { queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { inTransaction } from '@vigie/postgres';
import { expect } from 'chai';
import { recordArrivals } from '../../application/record-arrival.ts';
import { recordOutcomes } from '../../application/record-outcome.ts';
import { DatabaseError } from '../../ports/alert-store.ts';
import { openPostgresStore, POOL_SIZE, type PostgresStore } from '../../testing/postgres-store.ts';
import { arrivalOf, finishedAlert, found, receivedAlert } from '../../testing/sample-alerts.ts';

const WRITERS = 4;
const BATCHES = 10;
/** Then the writers are left alone: on a slow machine they would never come to an end. */
const ENDED_BACKENDS = 20;
const BATCH_SIZE = 100;
const PATIENCE_MS = 120_000;

const SERVICE = `usename = 'vigie_store' and application_name = 'vigie-store-svc'`;

describe('PostgresAlertStore that loses its connections', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let opened: PostgresStore;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    opened = await openPostgresStore(teardown, postgres);
  });
  beforeEach(() => queryPostgres(postgres.url, 'truncate alerts'));
  after(() => teardown.disposeAsync());

  const terminate = async (which = 'true') =>
    (
      await queryPostgres(
        postgres.url,
        `select pg_terminate_backend(pid) from pg_stat_activity where ${SERVICE} and ${which}`,
      )
    ).length;

  /** Repeats a write until it succeeds, as every caller does, and reports each failure. */
  async function untilWritten<T>(write: () => Promise<T>, onFailure: () => void = () => {}): Promise<T> {
    return waitFor(
      'a write that succeeds',
      () =>
        write().catch(error => {
          expect(error).to.be.instanceOf(DatabaseError);
          onFailure();
          return undefined;
        }),
      PATIENCE_MS,
    );
  }

  /**
   * Alerts and their outcomes, by several writers at once. @returns what has to be there afterwards, and the failures
   */
  async function writeBatches() {
    let failures = 0;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const written = [];
      for (let batch = 0; batch < BATCHES; batch++) {
        const alerts = Array.from({ length: BATCH_SIZE }, (_, index) =>
          receivedAlert(`uid-${writer}-${batch}-${index}`),
        );
        const outcomes = alerts.map(alert => finishedAlert(alert));
        await untilWritten(
          () =>
            recordArrivals(
              opened.store,
              alerts.map(alert => arrivalOf(alert)),
            ),
          () => failures++,
        );
        const kinds = await untilWritten(
          () => recordOutcomes(opened.store, outcomes.map(found)),
          () => failures++,
        );
        expect(new Set(kinds.map(({ kind }) => kind)).isSubsetOf(new Set(['RECORDED', 'UNCHANGED']))).to.equal(true);
        written.push(...outcomes);
      }
      return written;
    });
    const expected = (await Promise.all(writers)).flat();
    return { expected, failures };
  }

  async function expectEachOnce({ expected }: Awaited<ReturnType<typeof writeBatches>>): Promise<void> {
    const rows = await opened.store.list({}, expected.length + 1);
    expect(rows).to.have.lengthOf(expected.length);
    const byUid = new Map(rows.map(row => [row.alert.uid, row]));
    for (const outcome of expected) expect(byUid.get(outcome.alert.uid)).to.deep.equal(outcome);
  }

  /** The pool has each of its connections, at the same time. */
  async function expectWholePool(): Promise<void> {
    const all = Promise.withResolvers<void>();
    let begun = 0;
    await Promise.all(
      Array.from({ length: POOL_SIZE }, () =>
        inTransaction(opened.orm, async em => {
          await em.execute('select 1');
          if (++begun === POOL_SIZE) all.resolve();
          await all.promise;
        }),
      ),
    );
    const left = await queryPostgres(
      postgres.url,
      `select 1 from pg_stat_activity where ${SERVICE} and state <> 'idle'`,
    );
    expect(left).to.deep.equal([]);
  }

  it('keeps each alert and outcome once while its backends are ended again and again', async () => {
    const work = writeBatches();
    let ended = 0;
    let over = false;
    const settled = work.finally(() => {
      over = true;
    });
    while (!over && ended < ENDED_BACKENDS) ended += await terminate(`state <> 'idle' and random() < 0.5`);
    const result = await settled;
    // Chance decides how many are met at work.
    expect(ended).to.be.above(0);
    expect(result.failures).to.be.above(0);
    await expectEachOnce(result);
    await expectWholePool();
  });

  it('keeps each once over a kill -9 of Postgres in the middle', async () => {
    const work = writeBatches();
    await waitFor('some rows', async () => {
      const [row] = await queryPostgres(postgres.url, 'select count(*)::int as count from alerts');
      return Number(row?.count) > BATCH_SIZE * WRITERS * 2 ? true : undefined;
    });
    postgres.kill('SIGKILL');
    await postgres.waitUntilExited();
    await postgres.start();
    const result = await work;
    expect(result.failures).to.be.above(0);
    await expectEachOnce(result);
    await expectWholePool();
  });

  /**
   * A reload takes effect some time after it was asked for: commits until one waits for a standby, and ends that one.
   */
  async function untilCommitsWait(): Promise<void> {
    await waitFor('a commit that waits for a standby', async () => {
      let committed = false;
      const commit = queryPostgres(postgres.url, `comment on table alerts is 'touched'`)
        .catch(() => undefined)
        .finally(() => {
          committed = true;
        });
      return waitFor('the commit, done or ended', async () => {
        const waits = await queryPostgres(
          postgres.url,
          `select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`,
        );
        if (waits.length === 0) return committed ? { again: true } : undefined;
        await commit;
        return { again: false };
      }).then(({ again }) => (again ? undefined : true));
    });
  }

  describe('at the commit', () => {
    const received = receivedAlert('a');
    const finished = finishedAlert(received);

    /** Loses the connection of a write of the outcome that waits in its commit. */
    async function loseCommit(waitEvent: string): Promise<void> {
      const write = recordOutcomes(opened.store, [found(finished)]).catch(error => error);
      await waitFor(
        'a commit under way',
        async () => ((await terminate(waitEvent)) > 0 ? true : undefined),
        PATIENCE_MS,
      );
      expect(await write).to.be.instanceOf(DatabaseError);
    }

    it('writes the outcome by the next try where it was not done', async () => {
      await recordArrivals(opened.store, [arrivalOf(received)]);
      await queryPostgres(
        postgres.url,
        `create function stall() returns trigger language plpgsql as 'begin perform pg_sleep(3600); return null; end';
         create constraint trigger stall after update on alerts deferrable initially deferred
           for each row execute function stall()`,
      );
      await loseCommit(`wait_event = 'PgSleep' and query = 'commit'`);
      await queryPostgres(postgres.url, 'drop function stall cascade');
      expect(await opened.store.get('a')).to.deep.equal(received);
      expect(await untilWritten(() => recordOutcomes(opened.store, [found(finished)]))).to.deep.equal([
        { kind: 'RECORDED' },
      ]);
      expect(await opened.store.get('a')).to.deep.equal(finished);
      await expectWholePool();
    });

    it('finds the outcome there by the next try where only the answer was lost', async () => {
      await recordArrivals(opened.store, [arrivalOf(received)]);
      // Waits for a standby that isn't there once the commit is done and on disk.
      await queryPostgres(postgres.url, `alter system set synchronous_standby_names = 'nobody'`);
      await queryPostgres(postgres.url, 'select pg_reload_conf()');
      await untilCommitsWait();
      await loseCommit(`wait_event = 'SyncRep'`);
      await queryPostgres(postgres.url, 'alter system reset synchronous_standby_names');
      await queryPostgres(postgres.url, 'select pg_reload_conf()');
      expect(await untilWritten(() => recordOutcomes(opened.store, [found(finished)]))).to.deep.equal([
        { kind: 'UNCHANGED', current: finished },
      ]);
      expect(await opened.store.get('a')).to.deep.equal(finished);
      await expectWholePool();
    });
  });
});

import { Code, ConnectError } from '@connectrpc/connect';
import { alertToProto } from '@vigie/alert/wire';
import type { EmbeddedPostgres, NatsServer } from '@vigie/dev-env/servers';
import { openPostgresSession, queryPostgres } from '@vigie/dev-env/servers';
import { SmallDisk, scratchNats, scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import type { Readiness } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { type RunningStore, runStore } from './testing/running-store.ts';
import { finishedAlert, receivedAlert } from './testing/sample-alerts.ts';

const PATIENCE_MS = 120_000;
/** The channel repeats what is UNAVAILABLE a few times by itself. */
const CALL = { timeoutMs: PATIENCE_MS };
const MAX_CONNECTIONS = 12;
/** What Postgres keeps back by default. */
const SUPERUSER_CONNECTIONS = 3;
const HOG = 'select pg_sleep(3600)';
const DISK_BYTES = 128 * 1024 * 1024;

const noSmallDisk = await SmallDisk.whyNot();

describe('store-svc on a Postgres that fails', function () {
  this.timeout(600_000);
  const suite = new AsyncDisposableStack();
  let nats: NatsServer;
  let uids = 0;

  before(async () => {
    nats = await scratchNats(suite);
    await nats.start();
  });
  after(() => suite.disposeAsync());

  const batch = (count = 1) => Array.from({ length: count }, () => receivedAlert(`uid-${++uids}`));

  /** Both ways of writing: alerts that the consumer takes from the stream, and outcomes, which answer. */
  async function write(store: RunningStore, count = 1): Promise<void> {
    await store.publish(batch(count));
    await store.outcomes.recordOutcomes({ outcomes: [recordedAlready()] }, CALL);
  }
  /** The outcome of an alert that is there, replayed each time. */
  const recordedAlready = () => ({
    alert: alertToProto(finishedAlert(receivedAlert('recorded'), undefined, ++uids)),
    replay: true,
  });

  async function expectComeBackLater(call: Promise<unknown>, reason: RegExp): Promise<void> {
    const error = await call.then(
      () => expect.fail('the call succeeded'),
      error => ConnectError.from(error),
    );
    expect(Code[error.code], error.message).to.equal('Unavailable');
    expect(error.findDetails(RetryInfoSchema)).to.have.lengthOf(1);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.match(reason);
  }

  const readiness = (store: RunningStore, ready: boolean) =>
    waitFor<Readiness>(
      ready ? 'ready' : 'not ready',
      async () => {
        const state = await store.health.readiness();
        return state.ready === ready ? state : undefined;
      },
      PATIENCE_MS,
    );

  async function run(teardown: AsyncDisposableStack, postgres: EmbeddedPostgres): Promise<RunningStore> {
    await postgres.start();
    const store = await runStore(teardown, {
      DATABASE_URL: postgres.urlOf('store-svc'),
      DATABASE_MIGRATION_URL: postgres.url,
      DATABASE_STATEMENT_TIMEOUT_MS: '1000',
      NATS_URL: nats.url,
    });
    await store.started;
    await store.record([receivedAlert('recorded')], PATIENCE_MS);
    await readiness(store, true);
    return store;
  }

  /** The service takes writes again and says so, and was never started again. */
  async function expectRecovery(store: RunningStore): Promise<void> {
    await waitFor(
      'a write',
      () =>
        write(store).then(
          () => true,
          () => undefined,
        ),
      PATIENCE_MS,
    );
    await readiness(store, true);
    await store.record(batch(3), PATIENCE_MS);
  }

  describe('for a while', () => {
    const teardown = new AsyncDisposableStack();
    after(() => teardown.disposeAsync());
    let postgres: EmbeddedPostgres;
    let store: RunningStore;

    before(async () => {
      postgres = await scratchPostgres(teardown);
      await postgres.start();
      await queryPostgres(postgres.url, `alter system set max_connections = ${MAX_CONNECTIONS}`);
      await postgres.stop();
      store = await run(teardown, postgres);
    });
    async function configure(setting: string): Promise<void> {
      const url = new URL(postgres.url);
      url.searchParams.set('options', '-c default_transaction_read_only=off');
      await queryPostgres(url.href, `alter system ${setting}`);
      await queryPostgres(url.href, 'select pg_reload_conf()');
    }

    it('survives one that is killed', async () => {
      postgres.kill('SIGKILL');
      await postgres.waitUntilExited();
      await expectComeBackLater(write(store), /STORE_UNREACHABLE/);
      await readiness(store, false);
      await postgres.start();
      await expectRecovery(store);
    });

    it('survives one that is frozen', async () => {
      postgres.kill('SIGSTOP');
      try {
        await expectComeBackLater(write(store), /STORE_(UNREACHABLE|BUSY)/);
        const { checks } = await readiness(store, false);
        expect(checks.postgres).to.match(/no answer|timeout|terminated/i);
      } finally {
        postgres.kill('SIGCONT');
      }
      await expectRecovery(store);
    });

    it('serves reads from a read-only database, and is ready again only once it is writable', async () => {
      await configure('set default_transaction_read_only = on');
      const { checks } = await readiness(store, false);
      expect(checks.postgres).to.equal('Postgres is read-only');
      await expectComeBackLater(write(store), /STORE_NOT_WRITABLE/);
      expect(await store.client.getAlert({ uid: 'recorded' })).to.include({ uid: 'recorded' });
      await configure('reset default_transaction_read_only');
      await expectRecovery(store);
    });

    it('survives one that is out of connections', async () => {
      await takeEveryConnection();
      await expectComeBackLater(write(store), /STORE_BUSY/);
      await readiness(store, false);
      await giveConnectionsBack();
      await expectRecovery(store);
    });

    /** By sessions of others; those of store-svc are ended, as often as it opens new ones. */
    async function takeEveryConnection(): Promise<void> {
      const free = MAX_CONNECTIONS - SUPERUSER_CONNECTIONS;
      await waitFor('every connection taken', async () => {
        const [row] = await queryPostgres(
          postgres.url,
          `select count(pg_terminate_backend(pid)) filter (where application_name = 'vigie-store-svc')::int as ended,
             count(*) filter (where query = '${HOG}')::int as taken
           from pg_stat_activity where usename = 'vigie_store'`,
        );
        const missing = free - Number(row?.taken);
        // One after the other: a session that is being opened takes a place even of those kept for the superuser.
        for (let hog = 0; hog < missing; hog++) await openHog().catch(() => undefined);
        return missing === 0 && row?.ended === 0 ? true : undefined;
      });
    }

    async function openHog(): Promise<void> {
      const session = await openPostgresSession(postgres.urlOf('store-svc'), 'vigie-spec');
      void session.query(HOG).catch(() => undefined);
    }

    const giveConnectionsBack = () =>
      queryPostgres(postgres.url, `select pg_terminate_backend(pid) from pg_stat_activity where query = '${HOG}'`);
  });

  describe('with a disk that fills up', () => {
    if (noSmallDisk !== undefined) {
      it.skip(`bears it (skipped: ${noSmallDisk})`);
      return;
    }
    const teardown = new AsyncDisposableStack();
    after(() => teardown.disposeAsync());
    let disk: SmallDisk;
    let postgres: EmbeddedPostgres;
    let store: RunningStore;

    before(async () => {
      disk = teardown.use(await SmallDisk.mount(DISK_BYTES));
      postgres = await scratchPostgres(teardown, { dataDir: disk.path });
      store = await run(teardown, postgres);
    });

    it('answers reads, is not ready, and takes writes again once there is room', async () => {
      await disk.fill();
      // Rows fit into what the table has already until they don't.
      const refusal = await waitFor('a write that does not fit', () => failureOf(write(store, 500)), PATIENCE_MS);
      await expectComeBackLater(Promise.reject(refusal), /STORE_NOT_WRITABLE/);
      const { checks } = await readiness(store, false);
      expect(checks.writes).to.match(/takes no writes.*No space left/);
      expect(await store.client.getAlert({ uid: 'recorded' })).to.include({ uid: 'recorded' });
      await disk.free();
      await expectRecovery(store);
    });

    it('outlives a Postgres that ends because it has no room for its log, and that is started again', async () => {
      await disk.fill();
      // The rest of the log's segment isn't there to be filled: Postgres needs a new one, and panics.
      await queryPostgres(postgres.url, 'select pg_switch_wal()').catch(() => undefined);
      await waitFor('the end of Postgres', async () => {
        await failureOf(write(store, 100));
        return postgres.pid === undefined ? true : undefined;
      });
      await expectComeBackLater(write(store), /STORE_UNREACHABLE/);
      await readiness(store, false);
      await disk.free();
      await postgres.start();
      await expectRecovery(store);
    });

    function failureOf(call: Promise<void>): Promise<unknown> {
      return call.then(
        () => undefined,
        (error: unknown) => error,
      );
    }
  });
});

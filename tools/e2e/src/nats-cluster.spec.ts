import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { STREAM_NAMES } from '@vigie/alert/streams';
import type { NatsCluster, NatsServer } from '@vigie/dev-env/servers';
import { queryPostgres } from '@vigie/dev-env/servers';
import type { ServiceName } from '@vigie/dev-env/services';
import { startScratchNatsCluster, waitFor } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { type AlertJson, getJson, newAlert, postJson, type RestAnswer } from './rest-client.ts';

const ON_NATS: readonly ServiceName[] = ['ingest-svc', 'probe-svc', 'store-svc', 'retention-svc'];
/** An election takes up to 9 s, a silent server is given up after 6 s. */
const FAILOVER_MS = 120_000;
/** Elections, then the messages that were in flight are delivered again after the ack wait. */
const AT_REST_MS = 180_000;

describe('a mesh on a cluster of three nats-servers', function () {
  this.timeout(600_000);
  const owned = new AsyncDisposableStack();
  let cluster: NatsCluster;
  let manager: JetStreamManager;

  before(async () => {
    cluster = await startScratchNatsCluster(owned);
  });
  const mesh = useMesh(() => ({
    natsUrl: user => cluster.urlOf(user),
    env: {
      STREAM_REPLICAS: '3',
      ...{ REPLAY_WINDOW_MS: '500', RETENTION_INTERVAL_MS: '200' },
      ...{ RETRY_BASE_MS: '100', PROBE_TIMEOUT_MS: '3000' },
    },
  }));
  before(async () => {
    const access = readNatsUrl(cluster.urlOf('operator'));
    const operator = await connect({ ...access, maxReconnectAttempts: -1, pingInterval: 1_000, timeout: 2_000 });
    owned.defer(() => operator.close());
    manager = await jetstreamManager(operator);
  });
  after(() => owned.disposeAsync());

  it('keeps streams and consumers on all three', async () => {
    for (const stream of STREAM_NAMES) {
      expect(membersOf((await manager.streams.info(stream)).cluster), stream).to.have.members(namesOf(cluster.servers));
      for await (const consumer of manager.consumers.list(stream)) {
        expect(membersOf(consumer.cluster), consumer.name).to.have.members(namesOf(cluster.servers));
      }
    }
  });

  it('loses and doubles nothing over kill -9 of one leader after the other, and one that freezes', async () => {
    await using load = new SteadyLoad(mesh().url, 'store-failover');
    await load.acceptsMore();

    const killed = await leaderOfAlerts();
    killed.kill('SIGKILL');
    await killed.waitUntilExited();
    await load.acceptsMore();
    // One of the servers in its NATS_URL is down.
    await mesh().service('ingest-svc').restart();
    await load.acceptsMore();
    await killed.start();

    const next = await leaderOfAlerts();
    next.kill('SIGKILL');
    await next.waitUntilExited();
    await load.acceptsMore();
    await next.start();

    const frozen = await leaderOfAlerts();
    frozen.kill('SIGSTOP');
    await load.acceptsMore();
    frozen.kill('SIGCONT');
    await load.acceptsMore();

    await load.stop();
    await allProcessedOnce(load);
    await waitFor(
      'retention-svc to trim what is finished',
      async () =>
        (await manager.streams.info('ALERTS').catch(() => undefined))?.state.messages === 0 ? true : undefined,
      FAILOVER_MS,
    );
  });

  it('refuses while there is no majority, is not ready, and goes on by itself', async () => {
    await using load = new SteadyLoad(mesh().url, 'store-no-majority');
    await load.acceptsMore();
    // The leader stays: until it notices, it takes a publish that it has proposed already for a duplicate.
    const leader = await leaderOfAlerts();
    const killed = cluster.servers.filter(server => server !== leader);
    for (const server of killed) server.kill('SIGKILL');
    await Promise.all(killed.map(server => server.waitUntilExited()));

    const sentSince = Array.from({ length: 40 }, () => newAlert({ store: 'store-no-majority-since' }));
    const answers = await Promise.all(sentSince.map(alert => postJson(`${mesh().url}/v1/alerts`, alert)));
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 503));

    const refusal = await waitFor('a refusal', () => load.refusals.find(({ status }) => status === 503), FAILOVER_MS);
    expect(refusal.json.error.status).to.equal('UNAVAILABLE');
    expect(JSON.stringify(refusal.json)).to.include('google.rpc.RetryInfo');
    expect(Number(refusal.headers.get('retry-after'))).to.greaterThan(0);
    for (const name of ON_NATS) {
      const { json } = await readiness(name, 503);
      expect(json.checks.streams, name).to.not.equal('ok');
    }

    await Promise.all(killed.map(server => server.start()));
    for (const name of ON_NATS) await readiness(name, 200);
    await load.acceptsMore();
    await load.stop();
    await allProcessedOnce(load);
  });

  async function leaderOfAlerts(): Promise<NatsServer> {
    return waitFor(
      'a leader of ALERTS',
      async () => {
        const leader = (await manager.streams.info('ALERTS').catch(() => undefined))?.cluster?.leader;
        return leader ? cluster.server(leader) : undefined;
      },
      FAILOVER_MS,
    );
  }

  function readiness(name: ServiceName, status: number): Promise<RestAnswer> {
    const { healthUrl } = mesh().service(name);
    return waitFor(
      `${name} to answer ${status}`,
      async () => {
        const answer = await getJson(`${healthUrl}/readyz`);
        return answer.status === status ? answer : undefined;
      },
      FAILOVER_MS,
    );
  }

  async function allProcessedOnce({ store, accepted }: SteadyLoad): Promise<void> {
    await waitFor(
      `an outcome for each alert of ${store}`,
      async () => {
        const rows = await queryPostgres(
          mesh().addresses.databaseUrl,
          'select uid from alerts where store = $1 and status = $2',
          [store, 'PROCESSED'],
        );
        if (rows.length < accepted.length) return undefined;
        expect(rows.map(({ uid }) => uid)).to.have.members(accepted);
        return true;
      },
      AT_REST_MS,
    ).catch(async cause => {
      const consumers = await Array.fromAsync(manager.consumers.list('ALERTS')).catch(String);
      throw new Error(`${cause.message}; the consumers: ${JSON.stringify(consumers)}`, { cause });
    });
  }
});

interface Group {
  readonly leader?: string;
  readonly replicas?: readonly { readonly name: string }[];
}

function membersOf(group: Group | undefined): string[] {
  return [group?.leader ?? '', ...namesOf(group?.replicas ?? [])];
}

function namesOf(named: readonly { readonly name: string }[]): string[] {
  return named.map(({ name }) => name);
}

/** A few clients that send one alert after the other, each until it is accepted. */
class SteadyLoad implements AsyncDisposable {
  static readonly #CLIENTS = 4;
  static readonly #PAUSE_MS = 100;
  readonly store: string;
  readonly accepted: string[] = [];
  readonly refusals: RestAnswer[] = [];
  readonly #url: string;
  readonly #clients: Promise<unknown>;
  #stopping = false;
  #givenUp = false;

  constructor(meshUrl: string, store: string) {
    this.#url = `${meshUrl}/v1/alerts`;
    this.store = store;
    this.#clients = Promise.all(Array.from({ length: SteadyLoad.#CLIENTS }, () => this.#send()));
  }

  /** Waits until alerts are accepted that are sent after the call. */
  async acceptsMore(): Promise<void> {
    const wanted = this.accepted.length + 3 * SteadyLoad.#CLIENTS;
    await waitFor('more alerts to be accepted', () => (this.accepted.length >= wanted ? true : undefined), FAILOVER_MS);
  }

  /** Resolves once every alert that was sent is accepted. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#clients;
  }

  /** Gives up what isn't accepted yet, as only a test that fails leaves it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#givenUp = true;
    await this.stop();
  }

  async #send(): Promise<void> {
    while (!this.#stopping) {
      const alert = newAlert({ store: this.store });
      if (await this.#sendUntilAccepted(alert)) this.accepted.push(alert.uid);
    }
  }

  async #sendUntilAccepted(alert: AlertJson): Promise<boolean> {
    while (!this.#givenUp) {
      const answer = await postJson(this.#url, alert).catch(() => undefined);
      // Slow enough for a machine that has other work.
      await delay(SteadyLoad.#PAUSE_MS);
      if (answer?.status === 202) return true;
      if (answer !== undefined) this.refusals.push(answer);
    }
    return false;
  }
}

import { rm } from 'node:fs/promises';
import path from 'node:path';
import { queryPostgres } from '@vigie/dev-env/servers';
import type { ServiceName } from '@vigie/dev-env/services';
import { openJetStream, shortestRunMs, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { type AlertJson, findAlert, finishedAlert, getJson, newAlert, postJson } from './rest-client.ts';

describe('a mesh whose parts are broken', () => {
  const mesh = useMesh({ env: { RETRY_BASE_MS: '100', PROBE_TIMEOUT_MS: '5000' } });

  /** Posts until the alert is accepted, as a client with a retry policy does. */
  async function postUntilAccepted(alert: AlertJson): Promise<void> {
    await waitFor(`${alert.uid} to be accepted`, async () => {
      const answer = await postJson(`${mesh().url}/v1/alerts`, alert).catch(() => undefined);
      return answer?.status === 202 ? answer : undefined;
    });
  }

  it('shows an accepted alert as RECEIVED within a second while probe-svc is down, and finishes it after', async () => {
    const probe = mesh().service('probe-svc');
    await probe.stop();
    const uids: string[] = [];
    const tookMs = await shortestRunMs(1_000, async () => {
      const alert = newAlert();
      uids.push(alert.uid);
      await postUntilAccepted(alert);
      const acceptedAt = performance.now();
      const record = await waitFor('the row', () => findAlert(mesh().url, alert.uid));
      expect(record.status).to.equal('RECEIVED');
      return performance.now() - acceptedAt;
    });
    expect(tookMs).to.below(1_000);
    await probe.start();
    for (const uid of uids) expect(await finishedAlert(mesh().url, uid)).to.include({ status: 'PROCESSED' });
  });

  it('loses and doubles nothing over kill -9 of every service and server, one after the other', async () => {
    const store = 'store-chaos';
    const alerts = Array.from({ length: 600 }, () => newAlert({ store }));
    const victims: (ServiceName | 'nats' | 'postgres')[] = [
      ...(['probe-svc', 'store-svc', 'ingest-svc', 'gateway', 'retention-svc'] as const),
      ...(['nats', 'postgres'] as const),
    ];
    const sent = (async () => {
      for (let i = 0; i < alerts.length; i += 20) {
        await Promise.all(alerts.slice(i, i + 20).map(postUntilAccepted));
        // Each of them a second time, as after a lost answer.
        await Promise.all(alerts.slice(i, i + 5).map(postUntilAccepted));
      }
    })();
    for (const name of victims) {
      const victim = name === 'nats' || name === 'postgres' ? mesh()[name] : mesh().service(name);
      victim?.kill('SIGKILL');
      await victim?.waitUntilExited();
      await victim?.start();
    }
    await sent;
    await waitFor(
      'an outcome for each',
      async () => {
        const rows = await queryPostgres(
          mesh().addresses.databaseUrl,
          'select status, count(*)::int as count from alerts where store = $1 group by status',
          [store],
        ).catch(() => []);
        return rows.length === 1 && rows[0]?.status === 'PROCESSED' && rows[0]?.count === alerts.length
          ? rows
          : undefined;
      },
      120_000,
    );
  });

  it('reports its true readiness, and recovers without a restart', async () => {
    const health = (name: ServiceName) => getJson(`${mesh().service(name).healthUrl}/readyz`);
    await mesh().nats?.stop();
    for (const name of ['ingest-svc', 'probe-svc', 'store-svc', 'retention-svc'] as const) {
      const answer = await waitFor(`${name} not to be ready`, async () => {
        const found = await health(name);
        return found.status === 503 ? found : undefined;
      });
      expect(answer.json.checks.nats).to.not.equal('ok');
      expect((await getJson(`${mesh().service(name).healthUrl}/healthz`)).status).to.equal(200);
    }
    await mesh().nats?.start();
    for (const name of ['gateway', 'ingest-svc', 'probe-svc', 'store-svc', 'retention-svc'] as const) {
      await waitFor(`${name} to be ready`, async () => ((await health(name)).status === 200 ? true : undefined));
    }
    const alert = newAlert();
    await postUntilAccepted(alert);
    expect(await finishedAlert(mesh().url, alert.uid)).to.include({ status: 'PROCESSED' });
  });

  it('goes on by itself after nats-server lost its disk: no alert takes the row of an older one', async () => {
    const old = newAlert({ store: 'store-disk' });
    await postUntilAccepted(old);
    const before = await finishedAlert(mesh().url, old.uid);
    const sequence = async () => Number((await getJson(`${mesh().url}/v1/alerts/${old.uid}`)).json.sequence);
    const sequenceBefore = await sequence();
    const { nats } = mesh();
    nats?.kill('SIGKILL');
    await nats?.waitUntilExited();
    await rm(path.join(mesh().dataDir, 'nats'), { recursive: true });
    await nats?.start();

    await using teardown = new AsyncDisposableStack();
    const { client } = await openJetStream(teardown, mesh().addresses.natsUrls.operator);
    const later = JSON.stringify({ ...old, video: '/videos/matroska.mkv' });
    // ingest-svc would refuse it.
    await waitFor('the stream to be open', () =>
      client.publish(`alerts.received.${old.store}`, later).catch(() => undefined),
    );
    const conflict = await waitFor('the conflict', async () => {
      const { json } = await getJson(`${mesh().url}/v1/quarantine?store=store-disk`);
      return json.quarantinedAlerts?.[0];
    });
    expect(conflict).to.deep.nested.include({ 'failure.code': 'UID_CONFLICT' });
    expect(await findAlert(mesh().url, old.uid)).to.deep.equal(before);
    await postJson(`${mesh().url}/v1/alerts:replay`, { stores: ['store-disk'] });
    await waitFor('the outcome of the replay', async () => {
      return (await sequence()) > sequenceBefore ? true : undefined;
    });
  });

  it('finds a clip that is uploaded after its alert', async () => {
    const late = newAlert({ video: '/videos/not-there.mp4' });
    await postUntilAccepted(late);
    await waitFor('the row', () => findAlert(mesh().url, late.uid));
    expect((await findAlert(mesh().url, late.uid))?.status).to.equal('RECEIVED');
  });
});

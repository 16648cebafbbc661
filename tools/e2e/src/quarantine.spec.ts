import { openJetStream, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { findAlert, finishedAlert, getJson, newAlert, postJson } from './rest-client.ts';

describe('an operator', () => {
  const mesh = useMesh({ env: { RETRY_BASE_MS: '10', RETRY_MAX_ATTEMPTS: '3', VIDEO_READ_TIMEOUT_MS: '1000' } });

  const quarantine = async (query: string) =>
    (await getJson(`${mesh().url}/v1/quarantine?${query}`)).json.quarantinedAlerts ?? [];
  const inStatus = (uid: string, status: string) =>
    waitFor(`${uid} to be ${status}`, async () => {
      const record = await findAlert(mesh().url, uid);
      return record?.status === status ? record : undefined;
    });

  it('sees alerts that could not be finished, and redrives them once the cause is gone', async () => {
    const alerts = [1, 2, 3].map(() => newAlert({ store: 'store-redriven' }));
    await mesh().nginx.stop();
    for (const alert of alerts) await postJson(`${mesh().url}/v1/alerts`, alert);
    for (const { uid } of alerts) {
      const { failure, effort } = (await inStatus(uid, 'QUARANTINED')) as { failure?: object; effort?: object };
      expect(failure).to.include({ code: 'VIDEO_UNREACHABLE' });
      expect(effort).to.property('attempts').at.least(3);
    }
    const held = await waitFor('three messages in quarantine', async () => {
      const found = await quarantine('store=store-redriven&code=VIDEO_UNREACHABLE');
      return found.length === 3 ? found : undefined;
    });
    expect(held[0]).to.include({ state: 'HELD' });
    // Besides what is known of an alert only once it has its row.
    const payload = JSON.parse(Buffer.from(held[0].payload, 'base64').toString());
    // Which leaves out what is empty.
    expect({ labels: {}, ...payload }).to.deep.equal(held[0].alert);

    await mesh().nginx.start();
    const redriven = await postJson(`${mesh().url}/v1/quarantine:redrive`, { store: 'store-redriven' });
    expect([redriven.status, redriven.json]).to.deep.equal([200, { redriven: 3, remaining: 0 }]);
    for (const { uid } of alerts) await inStatus(uid, 'PROCESSED');
    expect(await quarantine('store=store-redriven')).to.deep.equal([]);
    expect(await quarantine('store=store-redriven&state=REDRIVEN')).to.length(3);
  });

  it('discards a message that is no alert', async () => {
    const uid = newAlert().uid;
    const first = newAlert({ uid });
    await postJson(`${mesh().url}/v1/alerts`, first);
    await finishedAlert(mesh().url, uid);
    const other = { ...first, store: 'store-other' };
    await using teardown = new AsyncDisposableStack();
    const { client } = await openJetStream(teardown, mesh().addresses.natsUrls.operator);
    await client.publish('alerts.received.store-other', JSON.stringify(other));
    await waitFor('the conflict', async () => ((await quarantine(`uid=${uid}`)).length === 1 ? true : undefined));
    const discarded = await postJson(`${mesh().url}/v1/quarantine:discard`, { uid });
    expect(discarded.json).to.deep.equal({ discarded: 1, remaining: 0 });
    expect(await quarantine(`uid=${uid}`)).to.deep.equal([]);
    expect(await findAlert(mesh().url, uid)).to.include({ status: 'PROCESSED', store: first.store });
  });

  it('replays a store, and finds its rows updated, none doubled', async () => {
    const alerts = [1, 2, 3].map(() => newAlert({ store: 'store-replayed' }));
    for (const alert of alerts) await postJson(`${mesh().url}/v1/alerts`, alert);
    const before = await Promise.all(alerts.map(({ uid }) => finishedAlert(mesh().url, uid)));
    const replayed = await postJson(`${mesh().url}/v1/alerts:replay`, {
      stores: ['store-replayed'],
      statuses: ['PROCESSED'],
    });
    expect([replayed.status, replayed.json]).to.deep.equal([200, { replayed: 3, nextPageToken: '' }]);
    const sequenceOf = (record: object | undefined) => Number((record as { sequence?: string } | undefined)?.sequence);
    for (const record of before) {
      await waitFor('a later outcome', async () => {
        const now = await findAlert(mesh().url, record.uid);
        return sequenceOf(now) > sequenceOf(record) ? true : undefined;
      });
    }
    expect((await getJson(`${mesh().url}/v1/alerts?stores=store-replayed`)).json.alerts).to.length(3);
  });

  for (const [path, reason] of [
    ['/v1/quarantine:redrive', /ids.*at least one of ids, uid, store/],
    ['/v1/quarantine:discard', /ids.*at least one of ids, uid, store/],
    ['/v1/alerts:replay', /stores.*at least one of stores, statuses/],
  ] as const) {
    it(`is asked by ${path} which alerts are meant`, async () => {
      const { status, json } = await postJson(`${mesh().url}${path}`, {});
      expect(status).to.equal(400);
      expect(JSON.stringify(json)).to.match(reason);
    });
  }
});

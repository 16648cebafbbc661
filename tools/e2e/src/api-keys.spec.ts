import { setTimeout as delay } from 'node:timers/promises';
import { Mesh } from '@vigie/dev-env';
import { openJetStream, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { askAs, type RestAnswer } from './rest-client.ts';

const VIDEO = '/videos/mp4-faststart.mp4';

describe('API keys, in a mesh that is shut', () => {
  const teardown = new AsyncDisposableStack();
  let mesh: Mesh;
  before(async () => {
    mesh = teardown.use(await Mesh.boot({ ports: 'free', env: { ANONYMOUS_SCOPES: '' } }));
  });
  after(() => teardown.disposeAsync());

  const ask = (key: string, verb: string, path: string, body?: object) => askAs(key, verb, `${mesh.url}${path}`, body);

  async function makeKey(apiKey: { scopes: string[]; stores?: string[] }): Promise<{ id: string; key: string }> {
    const { status, json } = await ask(mesh.access.adminKey, 'POST', '/v1/apiKeys', { name: 'e2e', ...apiKey });
    expect(status).to.equal(201);
    return { id: json.apiKey.id, key: json.key };
  }

  /** Resolves once the gateway reaches it too. */
  async function startAccess(): Promise<void> {
    await mesh.service('access-svc').start();
    await waitFor('access-svc', async () => {
      const { status } = await ask(mesh.access.adminKey, 'GET', '/v1/apiKeys?page_size=1');
      return status === 200 || undefined;
    });
  }

  const alertOf = (store: string, uid: string) => ({ uid, video: VIDEO, timestamp: Date.now() / 1_000, store });
  const reasonOf = ({ json }: RestAnswer) => json.error?.reason;

  it('are used for what they are for, and show when they were last used', async () => {
    const writer = await makeKey({ scopes: ['alerts:write'] });
    expect((await ask(writer.key, 'POST', '/v1/alerts', alertOf('paris', 'k-1'))).status).to.equal(202);
    const refused = await ask(writer.key, 'GET', '/v1/alerts/k-1');
    expect([refused.status, reasonOf(refused)]).to.deep.equal([403, 'SCOPE_MISSING']);
    const read = await ask(mesh.access.adminKey, 'GET', `/v1/apiKeys/${writer.id}`);
    expect(read.json).not.to.have.property('key');
    await waitFor('its last use', async () => {
      const { json } = await ask(mesh.access.adminKey, 'GET', `/v1/apiKeys/${writer.id}`);
      return json.lastUsedAt;
    });
  });

  it('that are revoked are refused by the gateway and by each service within five seconds', async function () {
    this.timeout(60_000);
    const { id, key } = await makeKey({ scopes: ['alerts:read'] });
    const calls = () => ask(key, 'GET', '/v1/alerts?page_size=1');
    for (let times = 0; times < 20; times++) expect((await calls()).status).to.equal(200);
    expect((await ask(mesh.access.adminKey, 'POST', `/v1/apiKeys/${id}:revoke`, {})).status).to.equal(200);
    const revokedAt = performance.now();
    while ((await calls()).status === 200) await delay(50);
    expect(performance.now() - revokedAt).to.be.below(5_000);
    expect((await calls()).status).to.equal(401);
  });

  it('that are rotated go on as they were for as long as they are to, besides the new one', async () => {
    const { id, key } = await makeKey({ scopes: ['alerts:read'] });
    const rotated = await ask(mesh.access.adminKey, 'POST', `/v1/apiKeys/${id}:rotate`, { keepPreviousFor: '1s' });
    for (const each of [key, rotated.json.key]) expect((await ask(each, 'GET', '/v1/alerts')).status).to.equal(200);
    await waitFor(
      'the end of the old one',
      async () => (await ask(key, 'GET', '/v1/alerts')).status === 401 || undefined,
    );
    expect((await ask(rotated.json.key, 'GET', '/v1/alerts')).status).to.equal(200);
  });

  it('go on while access-svc is away', async () => {
    const { key } = await makeKey({ scopes: ['alerts:write'] });
    const send = (uid: string) => ask(key, 'POST', '/v1/alerts', alertOf('paris', uid));
    expect((await send('away-1')).status).to.equal(202);
    await mesh.service('access-svc').stop(1_000);
    await delay(3_000);
    expect((await send('away-2')).status).to.equal(202);
    expect((await fetch(`${mesh.service('gateway').healthUrl}/readyz`)).status).to.equal(200);
    await startAccess();
  });

  describe('whose doings are kept', () => {
    const ALERTS = 'vigie.alert.v1.AlertService';
    const QUARANTINE = 'vigie.quarantine.v1.QuarantinedAlertService';
    const KEYS = 'vigie.access.v1.ApiKeyService';

    interface AuditEvent {
      readonly subject: string;
      readonly method: string;
      readonly request: string;
      readonly code: string;
    }

    async function eventsOf(id: string, count: number): Promise<AuditEvent[]> {
      return waitFor(`${count} events`, async () => {
        const { json } = await ask(mesh.access.adminKey, 'GET', `/v1/auditEvents?subject=key:${id}`);
        return json.auditEvents?.length >= count ? json.auditEvents : undefined;
      });
    }

    it('are listed by whoever did them, what it was and how it ended', async () => {
      const { id, key } = await makeKey({ scopes: ['admin'] });
      await ask(key, 'POST', '/v1/alerts', alertOf('oslo', 'oslo-1'));
      await ask(key, 'GET', '/v1/alerts/oslo-1?wait=30s');
      await ask(key, 'POST', '/v1/alerts:replay', { uids: ['oslo-none'] });
      await ask(key, 'POST', '/v1/alerts:purge', { uids: ['oslo-none'] });
      await ask(key, 'POST', '/v1/quarantine:redrive', { uid: 'oslo-none' });
      await ask(key, 'POST', '/v1/quarantine:discard', { uid: 'oslo-none' });
      for (const status of [200, 404]) expect((await ask(key, 'DELETE', '/v1/alerts/oslo-1')).status).to.equal(status);
      const { json } = await ask(key, 'POST', '/v1/apiKeys', { name: 'oslo', scopes: ['alerts:read'] });
      await ask(key, 'POST', `/v1/apiKeys/${json.apiKey.id}:rotate`, {});
      await ask(key, 'POST', `/v1/apiKeys/${json.apiKey.id}:revoke`, {});
      const events = await eventsOf(id, 9);
      const uids = '{"uids":["oslo-none"]}';
      const uid = '{"uid":"oslo-none"}';
      expect(events.map(({ method, request, code }) => [method, request, code])).to.have.deep.members([
        [`${ALERTS}/ReplayAlerts`, uids, 'OK'],
        [`${ALERTS}/PurgeAlerts`, uids, 'OK'],
        [`${QUARANTINE}/RedriveQuarantinedAlerts`, uid, 'OK'],
        [`${QUARANTINE}/DiscardQuarantinedAlerts`, uid, 'OK'],
        [`${ALERTS}/DeleteAlert`, '{"uid":"oslo-1"}', 'OK'],
        [`${ALERTS}/DeleteAlert`, '{"uid":"oslo-1"}', 'NOT_FOUND'],
        [`${KEYS}/CreateApiKey`, '{"apiKey":{"name":"oslo","scopes":["alerts:read"]}}', 'OK'],
        [`${KEYS}/RotateApiKey`, `{"id":"${json.apiKey.id}"}`, 'OK'],
        [`${KEYS}/RevokeApiKey`, `{"id":"${json.apiKey.id}"}`, 'OK'],
      ]);
    });

    it('are listed once, also what was done while access-svc was away', async () => {
      const { id, key } = await makeKey({ scopes: ['alerts:operate'] });
      const remove = () => ask(key, 'DELETE', '/v1/alerts/oslo-none');
      expect((await remove()).status).to.equal(404);
      await mesh.service('access-svc').stop(1_000);
      for (let times = 0; times < 3; times++) expect((await remove()).status).to.equal(404);
      await startAccess();
      await eventsOf(id, 4);
      // What came later is there, so nothing is on its way twice.
      await remove();
      expect(await eventsOf(id, 5)).to.have.length(5);
    });
  });

  describe('that are bound to a store', () => {
    let lyon: string;
    before(async () => {
      const scopes = ['alerts:write', 'alerts:read', 'alerts:operate', 'videos:probe'];
      lyon = (await makeKey({ scopes, stores: ['lyon'] })).key;
      for (const store of ['lyon', 'lille']) {
        const { status } = await ask(mesh.access.adminKey, 'POST', '/v1/alerts', alertOf(store, `${store}-1`));
        expect(status).to.equal(202);
        await ask(mesh.access.adminKey, 'GET', `/v1/alerts/${store}-1?wait=30s`);
      }
    });

    it('send alerts of it alone, one by one and in batches', async () => {
      expect((await ask(lyon, 'POST', '/v1/alerts', alertOf('lyon', 'lyon-2'))).status).to.equal(202);
      const refused = await ask(lyon, 'POST', '/v1/alerts', alertOf('lille', 'lille-2'));
      expect([refused.status, reasonOf(refused)]).to.deep.equal([403, 'STORE_NOT_ALLOWED']);
      const alerts = [alertOf('lyon', 'lyon-3'), alertOf('lille', 'lille-3')];
      const { json } = await ask(lyon, 'POST', '/v1/alerts:batch', { alerts });
      expect(json.results[0].accepted.uid).to.equal('lyon-3');
      expect(json.results[1].error).to.include({ reason: 'STORE_NOT_ALLOWED' });
    });

    it('find no other alert by its uid, whatever they do with it', async () => {
      for (const [verb, path] of [
        ['GET', '/v1/alerts/lille-1'],
        ['GET', '/v1/alerts/lille-1?wait=1s'],
        ['GET', '/v1/alerts/lille-1/poster'],
        ['DELETE', '/v1/alerts/lille-1'],
      ] as const) {
        const other = await ask(lyon, verb, path);
        const none = await ask(lyon, verb, path.replace('lille-1', 'nobody'));
        expect([other.status, reasonOf(other)], path).to.deep.equal([404, 'ALERT_NOT_FOUND']);
        expect(JSON.stringify(other.json.error).replaceAll('lille-1', 'nobody')).to.equal(
          JSON.stringify(none.json.error),
        );
      }
      expect((await ask(lyon, 'GET', '/v1/alerts/lyon-1')).status).to.equal(200);
      expect((await ask(lyon, 'GET', '/v1/alerts/lyon-1/poster')).status).to.equal(200);
    });

    it('list, count, replay and purge alerts of it alone', async () => {
      const { json: listed } = await ask(lyon, 'GET', '/v1/alerts?page_size=100');
      expect(new Set(listed.alerts.map(({ store }: { store: string }) => store))).to.deep.equal(new Set(['lyon']));
      const { json: summary } = await ask(lyon, 'GET', '/v1/alerts:summary');
      expect(summary.byStore.map(({ store }: { store: string }) => store)).to.deep.equal(['lyon']);
      for (const query of ['/v1/alerts?stores=lille', '/v1/alerts:summary?stores=lyon&stores=lille']) {
        expect(reasonOf(await ask(lyon, 'GET', query)), query).to.equal('STORE_NOT_ALLOWED');
      }
      const uids = ['lyon-1', 'lille-1'];
      expect((await ask(lyon, 'POST', '/v1/alerts:replay', { uids })).json).to.include({ replayed: 1 });
      await ask(lyon, 'GET', '/v1/alerts/lyon-1?wait=30s');
      await waitFor('the replayed outcome', async () => {
        const { json } = await ask(lyon, 'POST', '/v1/alerts:purge', { uids });
        return json.deleted === 1 || undefined;
      });
      expect((await ask(mesh.access.adminKey, 'GET', '/v1/alerts/lille-1')).status).to.equal(200);
    });

    it('see no other quarantined alert, nor redrive or discard it', async () => {
      const { client } = await openJetStream(teardown, mesh.addresses.natsUrls.operator);
      for (const store of ['lyon', 'lille']) await client.publish(`alerts.received.${store}`, '{"uid":"broken"}');
      const listed = (key: string) => ask(key, 'GET', '/v1/quarantine');
      await waitFor('both in quarantine', async () => {
        const { json } = await listed(mesh.access.adminKey);
        return json.quarantinedAlerts.length === 2 || undefined;
      });
      const { json } = await listed(lyon);
      expect(json.quarantinedAlerts.map(({ subject }: { subject: string }) => subject)).to.deep.equal([
        'alerts.received.lyon',
      ]);
      const ids = (await listed(mesh.access.adminKey)).json.quarantinedAlerts.map(({ id }: { id: string }) => id);
      expect((await ask(lyon, 'POST', '/v1/quarantine:discard', { ids })).json).to.include({ discarded: 1 });
      expect((await listed(mesh.access.adminKey)).json.quarantinedAlerts).to.have.length(1);
    });

    it('probe no video by its path: that belongs to no store', async () => {
      for (const path of [`/v1/media?video=${VIDEO}`, `/v1/media:poster?video=${VIDEO}`]) {
        expect(reasonOf(await ask(lyon, 'GET', path)), path).to.equal('STORE_NOT_ALLOWED');
      }
    });
  });
});

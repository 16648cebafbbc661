import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Mesh } from '@vigie/dev-env';
import { mailedToken, waitFor } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import type { ConnectionOptions } from './connection.ts';
import { SCOPES, type Scope } from './plain-types.ts';
import type { Alert, ApiKey, NewAlert, NewApiKey } from './resources.ts';
import { LyingGateway } from './testing/lying-gateway.ts';
import { createVigieClient } from './vigie-client.ts';
import { VigieError } from './vigie-error.ts';
import type { WatchEvent } from './watch-alerts.ts';

const UNAVAILABLE = { status: 503, headers: { 'content-type': 'text/plain' }, body: 'no upstream' };

function newAlert(change: Partial<NewAlert> = {}): NewAlert {
  return { uid: randomUUID(), video: '/videos/mp4-faststart.mp4', timestamp: 1748871320.683412, store: 's', ...change };
}

function newAlerts(count: number, store: string): NewAlert[] {
  return Array.from({ length: count }, (_, index) => newAlert({ store, timestamp: 1748871320 + index }));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(items);
}

async function failure(work: Promise<unknown>): Promise<VigieError> {
  const error = await work.then(
    () => undefined,
    thrown => thrown,
  );
  expect(error).to.instanceOf(VigieError);
  return error;
}

describe('a client of a mesh', () => {
  let mesh: Mesh;
  before(async () => {
    const env = { LAME_DUCK_MS: '0', RETRY_BASE_MS: '10', RETRY_MAX_ATTEMPTS: '3', VIDEO_READ_TIMEOUT_MS: '1000' };
    mesh = await Mesh.boot({ ports: 'free', env });
  });
  after(() => mesh?.stop());

  const client = (options: Partial<ConnectionOptions> = {}) => createVigieClient({ url: mesh.url, ...options });

  it('sends an alert and gets it with its outcome, as plain data', async () => {
    const alert = newAlert({ labels: { camera: '3' } });
    const accepted = await client().send(alert);
    expect(accepted).to.include({ uid: alert.uid, duplicate: false });
    expect(await client().send(alert)).to.include({ duplicate: true });
    const found = await client().get(alert.uid, { waitMs: 30_000 });
    expect(found).to.deep.include({ ...alert, status: 'PROCESSED', traceId: accepted.traceId });
    expect(found.media).to.deep.include({ container: 'mp4', durationSource: 'HEADER' });
    expect(found.media?.sizeBytes).to.a('number').above(1_000);
    expect(found.sequence).to.a('number');
    expect(new Date(found.receivedAt as string).getTime()).to.closeTo(Date.now(), 600_000);
    const masked = await client().get(alert.uid, { readMask: ['status', 'media.video.codec'] });
    expect([masked.uid, masked.status, masked.media?.video?.codec]).to.deep.equal(['', 'PROCESSED', 'h264']);
  });

  it('takes a date for a timestamp', async () => {
    const timestamp = new Date('2025-06-02T13:35:20.250Z');
    const alert = newAlert({ timestamp });
    await client().send(alert);
    const { timestamp: found } = await client().get(alert.uid, { waitMs: 30_000 });
    expect(found).to.equal(timestamp.getTime() / 1_000);
  });

  it('says which field is wrong, and under which trace', async () => {
    const error = await failure(client().send(newAlert({ video: 'clip.mp4' })));
    expect(error).to.include({ code: 'INVALID_ARGUMENT', reason: 'INVALID_FIELDS', retryable: false });
    expect(error.fieldViolations.map(({ field }) => field)).to.deep.equal(['video']);
    expect(error.traceId).to.match(/^[0-9a-f]{32}$/);
    expect(await failure(client().get('no-such'))).to.include({ code: 'NOT_FOUND', isUnreachable: false });
  });

  it('does not send what is no request', async () => {
    await using gateway = await LyingGateway.start(mesh.url);
    const vigie = client({ url: gateway.url });
    const wrong: Promise<unknown>[] = [
      vigie.send({ ...newAlert(), vidoe: '/a.mp4' } as NewAlert),
      vigie.send(newAlert({ timestamp: new Date(Number.NaN) })),
      vigie.replay({ since: new Date(Number.NaN), stores: ['s'] }),
      vigie.purge({ statuses: ['LOST' as 'FAILED'] }),
    ];
    for (const each of wrong) {
      expect(await failure(each)).to.include({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
    }
    expect(gateway.requests).to.deep.equal([]);
  });

  it('sends many, and tells what became of each', async () => {
    const alerts = newAlerts(5, 'many');
    const [first, second] = alerts as [NewAlert, NewAlert];
    const sent = [first, { ...second, video: 'clip.mp4' }, { ...second, timestamp: 'now' }, ...alerts.slice(2)];
    const results = await all(client().sendAll(sent as NewAlert[]));
    expect(results.map(({ alert }) => alert)).to.deep.equal(sent);
    expect(results.map(({ accepted, error }) => accepted?.uid ?? error?.reason)).to.deep.equal([
      first.uid,
      'INVALID_FIELDS',
      'INVALID_REQUEST',
      ...alerts.slice(2).map(({ uid }) => uid),
    ]);
  });

  it('lists page by page, as far as it is read', async () => {
    const alerts = newAlerts(7, 'listed');
    await all(client().sendAll(alerts));
    for (const { uid } of alerts) await client().get(uid, { waitMs: 30_000 });
    await using gateway = await LyingGateway.start(mesh.url);
    const vigie = client({ url: gateway.url });
    const filter = { stores: ['listed'], statuses: ['PROCESSED'], since: new Date(1748871321_000) } as const;
    const uids: string[] = [];
    for await (const { uid } of vigie.list({ ...filter, orderBy: 'timestamp' }, { pageSize: 2 })) {
      uids.push(uid);
      if (uids.length === 3) break;
    }
    expect(uids).to.deep.equal(alerts.slice(1, 4).map(({ uid }) => uid));
    expect(gateway.requests).to.length(2);
    expect(await all(vigie.list(filter, { pageSize: 2 }))).to.length(6);
    expect(await vigie.page(filter, { pageSize: 100 }))
      .to.property('nextPageToken')
      .equal('');
  });

  it('counts, replays, deletes', async () => {
    const alerts = newAlerts(3, 'counted');
    await all(client().sendAll(alerts));
    const [first] = await Promise.all(alerts.map(({ uid }) => client().get(uid, { waitMs: 30_000 })));
    const before = first as Alert;
    expect(await client().summarize({ stores: ['counted'] })).to.deep.include({
      alerts: 3,
      byStatus: [{ status: 'PROCESSED', alerts: 3 }],
    });
    expect(await client().replay({ stores: ['counted'] })).to.equal(3);
    await waitFor('a later outcome', async () => {
      const { sequence } = await client().get(before.uid);
      return (sequence ?? 0) > (before.sequence ?? 0) || undefined;
    });
    await waitFor('its deletion', () =>
      client()
        .delete(before.uid)
        .then(
          () => true,
          () => undefined,
        ),
    );
    expect(await failure(client().get(before.uid))).to.include({ reason: 'ALERT_DELETED' });
    await waitFor('the deletion of the others', async () => {
      const { deleted, kept } = await client().purge({ stores: ['counted'] });
      return (kept === 0 && deleted <= 2) || undefined;
    });
    expect(await all(client().list({ stores: ['counted'] }))).to.deep.equal([]);
  });

  it('gets the picture of an alert and of a video', async () => {
    const { contentType, data } = await client().poster({ video: '/videos/mp4-faststart.mp4' }, { maxSide: 64 });
    expect([contentType, Buffer.from(data.subarray(0, 2)).toString('hex')]).to.deep.equal(['image/jpeg', 'ffd8']);
    expect(await failure(client().poster({ uid: 'no-such' }))).to.include({ code: 'NOT_FOUND' });
  });

  it('tries again what is unavailable, no sooner than it is told to', async () => {
    await using gateway = await LyingGateway.start(mesh.url);
    gateway.lies.push(UNAVAILABLE, { ...UNAVAILABLE, headers: { 'retry-after': '1' } });
    const pauses: number[] = [];
    const retry = { baseMs: 1, onRetry: (_: VigieError, pauseMs: number) => pauses.push(pauseMs) };
    const alert = newAlert();
    expect(await client({ url: gateway.url, retry }).send(alert)).to.include({ duplicate: false });
    expect(gateway.requests).to.length(3);
    expect(pauses[1]).to.least(1_000);
    const [, second, third] = gateway.requests.map(({ at }) => at) as [number, number, number];
    expect(third - second).to.least(990);
  });

  it('gives up after its attempts, or when the time would not do', async () => {
    await using gateway = await LyingGateway.start(mesh.url);
    gateway.lies.push(...Array(6).fill(UNAVAILABLE));
    const vigie = client({ url: gateway.url, retry: { baseMs: 1, maxAttempts: 3 } });
    expect(await failure(vigie.get('a'))).to.include({ code: 'UNAVAILABLE', reason: '', retryable: true });
    expect(gateway.requests).to.length(3);
    gateway.lies.unshift({ ...UNAVAILABLE, headers: { 'retry-after': '60' } });
    expect(await failure(vigie.get('a'))).to.include({ retryAfterMs: 60_000 });
    expect(gateway.requests).to.length(4);
  });

  it('sends those of a batch again that are refused for now', async () => {
    const alerts = newAlerts(3, 'refused');
    await mesh.nats?.stop();
    const sending = all(client({ retry: { maxAttempts: 50 }, timeoutMs: 60_000 }).sendAll(alerts));
    try {
      await failure(client({ retry: { maxAttempts: 1 } }).send(newAlert()));
    } finally {
      await mesh.nats?.start();
    }
    expect((await sending).map(({ error }) => error)).to.deep.equal([undefined, undefined, undefined]);
  });

  it('says that nobody listens, or nobody answers', async () => {
    const nobody = await LyingGateway.start(mesh.url);
    const { url } = nobody;
    await nobody[Symbol.asyncDispose]();
    const retry = { maxAttempts: 2, baseMs: 1 };
    const error = await failure(client({ url, retry }).get('a'));
    expect(error).to.include({ code: 'UNAVAILABLE', reason: 'UNREACHABLE', isUnreachable: true });
    expect(error.message).to.contain('ECONNREFUSED');
    const ended = AbortSignal.abort(new Error('enough'));
    const aborted = await client()
      .get('a', { signal: ended })
      .catch(thrown => thrown);
    expect(aborted).to.property('message').equal('enough');
  });

  describe('with alerts in quarantine', () => {
    const store = 'held';
    before(async () => {
      await mesh.nginx.stop();
      await all(client().sendAll([...newAlerts(3, store), ...newAlerts(2, 'held-once')]));
      await waitFor('five messages in quarantine', async () => {
        const held = await all(client().quarantined({ code: 'VIDEO_UNREACHABLE' }, { pageSize: 2 }));
        return held.filter(({ alert }) => alert?.store.startsWith(store)).length === 5 || undefined;
      });
      await mesh.nginx.start();
    });

    it('lists them with their payload', async () => {
      const [held] = await all(client().quarantined({ store, code: 'VIDEO_UNREACHABLE' }));
      expect(held).to.deep.include({ state: 'HELD' }).and.nested.include({ 'failure.code': 'VIDEO_UNREACHABLE' });
      expect(JSON.parse(Buffer.from(held?.payload ?? '', 'base64').toString())).to.include({ store });
    });

    it('redrives them all, with a key of its own for each call and the same for each attempt', async () => {
      await using gateway = await LyingGateway.start(mesh.url);
      gateway.lies.push(UNAVAILABLE, UNAVAILABLE);
      const vigie = client({ url: gateway.url, retry: { baseMs: 1 } });
      expect(await vigie.redrive({ store })).to.equal(3);
      expect(await vigie.discard({ store: 'none' })).to.equal(0);
      const keys = gateway.requests.map(({ headers }) => headers['idempotency-key'] as string);
      expect(keys[0]).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(keys.map(key => keys.indexOf(key))).to.deep.equal([0, 0, 0, 3]);
      for await (const { uid } of client().list({ stores: [store] })) {
        expect(await client().get(uid, { waitMs: 30_000 })).to.include({ status: 'PROCESSED' });
      }
    });

    it('redrives once where the answer was lost', async () => {
      await using gateway = await LyingGateway.start(mesh.url);
      gateway.lies.push({ ...UNAVAILABLE, after: true });
      const vigie = client({ url: gateway.url, retry: { baseMs: 1 } });
      // Carried out again, it would find nothing left to redrive.
      expect(await vigie.redrive({ store: 'held-once' })).to.equal(2);
    });
  });

  describe('that manages tenants', () => {
    const admin = () => client({ token: mesh.access.adminKey });

    it('makes, gets and lists them, through all pages', async () => {
      const made = await admin().createTenant({ id: 'acme', displayName: 'Acme' });
      expect(made).to.include({ id: 'acme', displayName: 'Acme' });
      expect(await admin().createTenant({ id: 'beta' })).to.include({ displayName: 'beta' });
      expect(await admin().getTenant('acme')).to.deep.equal(made);
      const ids = (await all(admin().listTenants({ pageSize: 1 }))).map(({ id }) => id);
      expect(ids).to.deep.equal(['beta', 'acme', 'default']);
    });

    it('manages their keys by their names', async () => {
      await admin().createTenant({ id: 'keyed' });
      const tenant = 'keyed';
      const { apiKey, key } = await admin().createApiKey({ name: 'first', scopes: ['admin'], tenant });
      expect(apiKey).to.include({ tenant });
      const { id } = apiKey;
      expect(await failure(admin().getApiKey(id))).to.include({ reason: 'KEY_NOT_FOUND' });
      expect(await admin().getApiKey(id, { tenant })).to.include({ id, tenant });
      expect((await all(admin().listApiKeys({ tenant }))).map(each => each.id)).to.deep.equal([id]);
      expect((await all(client({ token: key }).listApiKeys())).map(each => each.id)).to.deep.equal([id]);
      const rotated = await admin().rotateApiKey(id, { tenant });
      expect(await client({ token: rotated.key }).getTenant(tenant)).to.include({ id: tenant });
      expect(await admin().revokeApiKey(id, { tenant })).to.have.property('revokedAt');
    });

    it('shuts them out and lets them in again', async () => {
      await admin().createTenant({ id: 'shut' });
      expect(await admin().disableTenant('shut')).to.have.property('disabledAt');
      expect(await admin().enableTenant('shut')).to.not.have.property('disabledAt');
    });
  });

  describe('that manages API keys', () => {
    const admin = (options: Partial<ConnectionOptions> = {}) => client({ token: mesh.access.adminKey, ...options });
    const scopes = ['alerts:read'] as const;

    async function named(name: string): Promise<ApiKey[]> {
      return (await all(admin().listApiKeys({ pageSize: 2 }))).filter(each => each.name === name);
    }

    it('makes a key that may do what it is for', async () => {
      const expiresAt = new Date(Date.now() + 3_600_000);
      const { apiKey, key } = await admin().createApiKey({ name: 'robots', scopes, stores: ['s'], expiresAt });
      expect(apiKey).to.deep.include({ name: 'robots', scopes, stores: ['s'], expiresAt: expiresAt.toISOString() });
      expect(key).to.match(new RegExp(`^vgk_${apiKey.id}_[0-9A-Za-z]{38}$`));
      expect(await failure(client({ token: key }).get('no-such'))).to.include({ code: 'NOT_FOUND' });
      expect(await failure(client({ token: key }).send(newAlert()))).to.include({ reason: 'SCOPE_MISSING' });
      expect(await admin().getApiKey(apiKey.id)).to.deep.include(apiKey);
    });

    it('lists keys through all pages, the latest first', async () => {
      const ids: string[] = [];
      for (const _ of [1, 2, 3]) ids.unshift((await admin().createApiKey({ name: 'listed', scopes })).apiKey.id);
      expect((await named('listed')).map(({ id }) => id)).to.deep.equal(ids);
    });

    it('rotates a key, and keeps the one before for so long', async () => {
      const made = await admin().createApiKey({ name: 'rotated', scopes });
      const { id } = made.apiKey;
      const rotated = await admin().rotateApiKey(id, { keepPreviousForMs: 60_500 });
      expect(rotated.key).to.not.equal(made.key);
      const { rotatedAt = '', previousKeyUntil = '' } = rotated.apiKey;
      expect(Date.parse(previousKeyUntil) - Date.parse(rotatedAt)).to.equal(60_500);
      for (const { key } of [made, rotated]) await all(client({ token: key }).list({ stores: ['none'] }));
      expect((await admin().rotateApiKey(id)).apiKey).to.not.have.property('previousKeyUntil');
      await waitFor('the end of the keys before', async () => {
        const answers = [made, rotated].map(({ key }) => client({ token: key }).summarize());
        return (await Promise.allSettled(answers)).every(({ status }) => status === 'rejected') || undefined;
      });
    });

    it('revokes a key', async () => {
      const { apiKey, key } = await admin().createApiKey({ name: 'revoked', scopes });
      const { id } = apiKey;
      const revoked = await admin().revokeApiKey(id);
      expect(Date.parse(revoked.revokedAt ?? '')).to.closeTo(Date.now(), 600_000);
      expect(await admin().revokeApiKey(id)).to.deep.equal(revoked);
      const refused = await failure(client({ token: key }).summarize());
      expect(refused).to.include({ code: 'UNAUTHENTICATED', reason: 'CREDENTIALS_INVALID' });
      expect(await failure(admin().rotateApiKey(id))).to.include({ reason: 'KEY_REVOKED' });
    });

    it('makes and rotates once where the answer was lost', async () => {
      await using gateway = await LyingGateway.start(mesh.url);
      const vigie = admin({ url: gateway.url, retry: { baseMs: 1 } });
      // An answer with a key is kept nowhere.
      const notKept = { code: 'ALREADY_EXISTS', reason: 'IDEMPOTENCY_ANSWER_NOT_KEPT' };
      gateway.lies.push({ ...UNAVAILABLE, after: true });
      expect(await failure(vigie.createApiKey({ name: 'once', scopes }))).to.include(notKept);
      const [made, ...others] = await named('once');
      expect(others).to.deep.equal([]);
      gateway.lies.push({ ...UNAVAILABLE, after: true });
      expect(await failure(vigie.rotateApiKey(made?.id ?? ''))).to.include(notKept);
      const keys = gateway.requests.map(({ headers }) => headers['idempotency-key'] as string);
      expect(keys.map(key => keys.indexOf(key))).to.deep.equal([0, 0, 2, 2]);
    });

    it('knows all scopes', async () => {
      const wrong: NewApiKey = { name: 'wrong', scopes: ['alerts' as Scope] };
      const { fieldViolations } = await failure(admin().createApiKey(wrong));
      expect(fieldViolations.map(({ description }) => description).join()).to.contain(SCOPES.join(', '));
    });

    it('is refused without one that may', async () => {
      expect(await failure(client().listApiKeys().next())).to.include({ code: 'UNAUTHENTICATED', retryable: false });
    });
  });

  describe('of a person', () => {
    const password = 'correct horse battery';
    const anEmail = () => `${randomUUID()}@example.com`;

    async function registered(email = anEmail()): Promise<string> {
      const { account } = client();
      await account.register({ email, password });
      await account.confirmEmail({ token: await mailedToken(mesh.dataDir, 'confirm', email), password });
      return email;
    }

    it('registers, logs in, goes on and logs out', async () => {
      const email = await registered();
      const { account } = client();
      const first = await account.logIn({ email, password });
      expect(first).to.include({ expiresIn: 900 });
      const second = await account.refresh(first.refreshToken);
      expect(await client({ token: second.accessToken }).account.get()).to.deep.include({ email, roles: [] });
      await account.logOut(second.refreshToken);
      const over = { code: 'UNAUTHENTICATED', reason: 'REFRESH_TOKEN_INVALID', retryable: false };
      expect(await failure(account.refresh(second.refreshToken))).to.include(over);
    });

    it('sets another password, by the old one or by a mail', async () => {
      const email = await registered();
      const { account } = client();
      const { accessToken: token } = await account.logIn({ email, password });
      const newPassword = 'staple my own horse';
      await client({ token }).account.changePassword({ currentPassword: password, newPassword });
      expect(await failure(account.logIn({ email, password }))).to.include({ reason: 'LOGIN_FAILED' });
      await account.requestPasswordReset(email);
      await account.resetPassword({ token: await mailedToken(mesh.dataDir, 'reset', email), newPassword: password });
      await account.logIn({ email, password });
    });

    it('asks for a token that changes with each attempt and each stream, but not to log in', async () => {
      await using gateway = await LyingGateway.start(mesh.url);
      gateway.lies.push(UNAVAILABLE, UNAVAILABLE, { status: 401 }, { status: 401 });
      let asked = 0;
      const token = async () => `t${++asked}`;
      const vigie = client({ url: gateway.url, token, retry: { baseMs: 1, maxAttempts: 3 } });
      await failure(vigie.get('a'));
      await failure(vigie.watch().next());
      await failure(vigie.account.refresh('vgr_'));
      expect(gateway.requests.map(({ headers }) => headers.authorization)).to.deep.equal([
        ...['Bearer t1', 'Bearer t2', 'Bearer t3', 'Bearer t4'],
        undefined,
      ]);
    });

    it('fails with what the source of its token throws, and sends nothing', async () => {
      await using gateway = await LyingGateway.start(mesh.url);
      const over = new VigieError({ code: 'UNAUTHENTICATED', reason: 'OVER', message: 'over' });
      const token = () => Promise.reject(over);
      expect(await failure(client({ url: gateway.url, token }).get('a'))).to.equal(over);
      expect(gateway.requests).to.deep.equal([]);
    });
  });

  describe('that watches', () => {
    it('goes on over a restart of the gateway, and misses nothing', async () => {
      const store = 'watched';
      const ending = new AbortController();
      const events: WatchEvent[] = [];
      const watching = (async () => {
        const watch = client().watch({ stores: [store] }, { signal: ending.signal });
        for await (const event of watch) events.push(event);
      })();
      await waitFor('the watch', () => events[0]?.event === 'READY' || undefined);
      const alerts = newAlerts(6, store);
      const seen = () => new Set(events.map(event => (event.event === 'OUTCOME' ? event.alert.uid : undefined)));
      await all(client().sendAll(alerts.slice(0, 2)));
      await waitFor('two outcomes', () => alerts.slice(0, 2).every(({ uid }) => seen().has(uid)) || undefined);
      await mesh.service('gateway').stop();
      const sending = all(client({ retry: { maxAttempts: 100 }, timeoutMs: 60_000 }).sendAll(alerts.slice(2)));
      await mesh.service('gateway').start();
      await sending;
      await waitFor('all outcomes', () => alerts.every(({ uid }) => seen().has(uid)) || undefined);
      expect(events.filter(({ event }) => event === 'READY')).to.length.above(1);
      expect(events.filter(({ event }) => event === 'GAP')).to.deep.equal([]);
      ending.abort();
      await watching;
    });

    it('resumes by a token of an earlier watch, and says so where outcomes are gone', async () => {
      const store = 'resumed';
      let resumeToken = '';
      for await (const event of client().watch({ stores: [store] })) {
        resumeToken = event.resumeToken;
        break;
      }
      const [missed, later] = newAlerts(2, store) as [NewAlert, NewAlert];
      await client().send(missed);
      await client().get(missed.uid, { waitMs: 30_000 });
      for await (const event of client().watch({ stores: [store] }, { resumeToken })) {
        if (event.event !== 'OUTCOME') continue;
        expect(event.alert).to.include({ uid: missed.uid });
        break;
      }

      await loseOutcomes(mesh);
      const events: WatchEvent[] = [];
      const kept = client({ retry: { maxAttempts: 100 } });
      for await (const event of kept.watch({ stores: [store] }, { resumeToken })) {
        events.push(event);
        if (event.event === 'READY') await kept.send(later);
        if (event.event === 'OUTCOME') break;
      }
      expect(events[0]).to.include({ event: 'GAP', reason: 'RESUME_TOKEN_EXPIRED' });
      expect(events.at(-1)).to.nested.include({ event: 'OUTCOME', 'alert.uid': later.uid });
    });

    it('is refused with what it does not know, and does not wait for what never was there', async () => {
      const refused = client()
        .watch({ statuses: ['RECEIVED'] })
        .next();
      expect(await failure(refused)).to.include({ code: 'INVALID_ARGUMENT' });
      const vigie = client({ url: 'http://127.0.0.1:1', retry: { maxAttempts: 2, baseMs: 1 } });
      expect(await failure(vigie.watch().next())).to.include({ reason: 'UNREACHABLE' });
    });
  });
});

/** Trims all outcomes, and ends those who remember the latest. */
async function loseOutcomes(mesh: Mesh): Promise<void> {
  const connection = await connect({ ...readNatsUrl(mesh.addresses.natsUrls.operator) });
  try {
    const { streams } = await jetstreamManager(connection);
    await streams.purge('OUTCOMES');
  } finally {
    await connection.close();
  }
  await mesh.service('store-svc').restart();
  await mesh.service('gateway').restart();
}

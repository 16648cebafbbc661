import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Alert, createVigieClient } from '@vigie/client';
import { Mesh } from '@vigie/dev-env';
import { queryPostgres } from '@vigie/dev-env/servers';
import { SERVICE_NAMES } from '@vigie/dev-env/services';
import { openJetStream, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { AlertLoad } from './testing/alert-load.ts';
import { type CommandEnd, runMain } from './testing/run-main.ts';

const NO_SERVICES = Object.fromEntries(SERVICE_NAMES.map(name => [name, 0]));

describe('a mesh that loses both disks under load, and is restored from a backup', () => {
  const teardown = new AsyncDisposableStack();
  /** Accepted before the backup began. */
  let accepted: string[];
  let quarantined: number;
  /** Its video isn't there yet: the alert is tried again and again, and holds the ack floor back. */
  let waiting: string;
  /** Made before the backup began. */
  let keys: { readonly kept: ApiKey; readonly revoked: ApiKey };
  let restored: CommandEnd;
  let mesh: Mesh;

  before(async () => {
    const backups = teardown.use(await temporaryDir()).path;
    await loseBothDisks(backups);
    const [backup = ''] = await readdir(backups);
    const dataDir = teardown.use(await temporaryDir()).path;
    {
      await using servers = await Mesh.boot({ ports: 'free', dataDir, replicas: NO_SERVICES });
      restored = await runMain('restore', ['--from', path.join(backups, backup)], serversOf(servers));
      expect(restored.stderr).to.equal('');
      expect(restored.code).to.equal(0);
    }
    // Retention would trim whatever is finished at once.
    const env = { LAME_DUCK_MS: '0', REPLAY_WINDOW_MS: '0', RETENTION_INTERVAL_MS: '100', VIDEO_UPLOAD_GRACE_MS: '0' };
    mesh = await Mesh.boot({ ports: 'free', dataDir, env });
    teardown.defer(() => mesh.stop());
  });
  after(() => teardown.disposeAsync());

  async function loseBothDisks(backups: string): Promise<void> {
    const lost = await Mesh.boot({ ports: 'free', env: { LAME_DUCK_MS: '0' } });
    try {
      await using load = await AlertLoad.begin(lost.url, lost.addresses.natsUrls.operator);
      keys = { kept: await makeKey(lost), revoked: await makeKey(lost) };
      await callKeys(lost, `/${keys.revoked.id}:revoke`, {});
      waiting = await load.post({ video: '/videos/not-there-yet.mp4' });
      await waitFor('a load', () => (load.accepted.size > 300 ? true : undefined));
      accepted = [...load.accepted];
      quarantined = load.quarantined;
      const backup = await runMain('backup', ['--to', backups], serversOf(lost));
      expect(backup.stderr).to.equal('');
      expect(backup.code).to.equal(0);
      const since = load.accepted.size;
      expect(since, 'accepted during the backup').to.be.greaterThan(accepted.length);
      await waitFor('more load', () => (load.accepted.size > since + 50 ? true : undefined));
    } finally {
      // Removes its data too.
      await lost.kill();
    }
  }

  const serversOf = ({ addresses }: Mesh) => ({
    postgresUrl: addresses.databaseUrl,
    natsUrl: addresses.natsUrls.operator,
  });
  const query = (sql: string, values: readonly unknown[] = []) =>
    queryPostgres(mesh.addresses.databaseUrl, sql, values);

  it('brings each alert that was accepted before the backup to a final status, in one row', async () => {
    const missing = () =>
      query(`select unnest($1::text[]) except select uid from alerts where status <> 'RECEIVED'`, [accepted]);
    await waitFor('no alert to be missing', async () => ((await missing()).length === 0 ? true : undefined));
    expect(await query('select uid from alerts group by uid having count(*) > 1')).to.deep.equal([]);
    const [row] = await query('select status, failure_code from alerts where uid = $1', [waiting]);
    expect(row).to.include({ status: 'FAILED' });
  });

  it('takes the API keys that it took, and no others', async () => {
    const { kept, revoked } = keys;
    const read = ({ key }: ApiKey) => fetch(`${mesh.url}/v1/alerts`, { headers: { authorization: `Bearer ${key}` } });
    expect((await read(kept)).status).to.equal(200);
    expect((await read(revoked)).status).to.equal(401);
    const made = await makeKey(mesh);
    expect((await read(made)).status).to.equal(200);
  });

  it('has what was quarantined, and nothing is in conflict with itself', async () => {
    const count = async () => Number((await query('select count(*) from quarantined_alerts'))[0]?.count);
    await waitFor('the quarantine', async () => ((await count()) >= quarantined ? true : undefined));
    const own = `select q.uid from quarantined_alerts q join alerts a using (uid, store) where failure_code = 'UID_CONFLICT'`;
    expect(await query(own.replace('failure_code', 'q.failure_code'))).to.deep.equal([]);
    expect(await query('select id from quarantined_alerts group by id having count(*) > 1')).to.deep.equal([]);
  });

  it('counts each alert once', async () => {
    const [counted] = await query(
      `select (select count(*) from alerts) = coalesce(sum(alerts), 0) as same
       from (select alerts from alert_counts where span = 'HOUR' union all select alerts from alert_count_changes) as c`,
    );
    expect(counted).to.deep.equal({ same: true });
  });

  it('goes on with the same stream, after all positions that rows have', async () => {
    const { manager } = await openJetStream(teardown, mesh.addresses.natsUrls.operator);
    const { config, state } = await manager.streams.info('ALERTS');
    const [{ identity, last } = {}] = await query(
      `select stream_identity as identity,
         (select max(greatest(alert_sequence, awaited_sequence, sequence)) from alerts) as last
       from maintenance`,
    );
    expect(config.metadata?.['vigie-identity']).to.equal(identity);
    expect(state.last_seq).to.be.at.least(Number(last));
    expect(state.last_seq).to.be.at.least(accepted.length);
  });

  it('has probed only what was not finished, though an alert that waits for its video came before all', () => {
    const [, toDo, skipped] = /consumer probe of ALERTS: (\d+) to do, (\d+) skipped/.exec(restored.stdout) ?? [];
    expect(Number(skipped), restored.stdout).to.be.greaterThan(accepted.length / 2);
    expect(Number(toDo), restored.stdout).to.be.within(1, accepted.length / 4);
  });

  it('trims what is finished, and nothing before it is', async () => {
    const { manager } = await openJetStream(teardown, mesh.addresses.natsUrls.operator);
    await waitFor('an empty stream', async () =>
      (await manager.streams.info('ALERTS')).state.messages === 0 ? true : undefined,
    );
    expect(await query(`select uid from alerts where status = 'RECEIVED'`)).to.deep.equal([]);
  });

  it('accepts new alerts, and a watch reports them', async () => {
    await using load = await AlertLoad.begin(mesh.url, mesh.addresses.natsUrls.operator);
    const client = createVigieClient({ url: mesh.url });
    let posted: string | undefined;
    let reported: Alert | undefined;
    // It goes on by itself where its connection is lost.
    for await (const found of client.watch({ stores: ['store-new'] }, { signal: AbortSignal.timeout(60_000) })) {
      if (found.event === 'READY')
        posted ??= await load.post({ store: 'store-new', video: '/videos/mp4-faststart.mp4' });
      if (found.event === 'OUTCOME') {
        reported = found.alert;
        break;
      }
    }
    const known = await client.get(posted ?? 'never ready');
    expect(reported, `known as ${JSON.stringify(known)}`).to.include({ uid: posted, status: 'PROCESSED' });
  });
});

interface ApiKey {
  readonly id: string;
  readonly key: string;
}

async function makeKey(mesh: Mesh): Promise<ApiKey> {
  const { apiKey, key } = await callKeys(mesh, '', { name: 'Till 7', scopes: ['alerts:read'] });
  return { id: apiKey.id, key };
}

async function callKeys({ url, access }: Mesh, pathname: string, body: object) {
  const headers = { authorization: `Bearer ${access.adminKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/apiKeys${pathname}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return JSON.parse(text);
}

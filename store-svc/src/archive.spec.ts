import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { create, toJson } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { alertToProto } from '@vigie/alert/wire';
import { queryPostgres } from '@vigie/dev-env/servers';
import { scratchNats, scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { type Alert, AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { expect } from 'chai';
import { type RunningStore, runStore, storeEnvironment } from './testing/running-store.ts';
import { FAILED, finishedAlert, receivedAlert } from './testing/sample-alerts.ts';

const COMMAND = path.join(import.meta.dirname, 'cli/main.ts');

describe('the archive of store-svc', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let store: RunningStore;
  let dir: string;
  const uids = ['a', 'b', 'c', 'd'];
  let original: readonly Alert[];

  before('archive alerts of a store that runs', async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'vigie-archive-'));
    teardown.defer(() => rmSync(dir, { recursive: true, force: true }));
    postgres = await scratchPostgres(teardown);
    const nats = await scratchNats(teardown);
    await Promise.all([postgres.start(), nats.start()]);
    const environment = storeEnvironment(postgres, nats);
    store = await runStore(teardown, { ...environment, ARCHIVE_DIR: dir, ARCHIVE_INTERVAL_MS: '50' });
    await store.started;
    const alerts = uids.map(uid => receivedAlert(uid, { labels: { camera: `it's ${uid}` } }));
    await store.record(alerts);
    const outcomes = alerts.slice(0, 3).map((alert, index) => finishedAlert(alert, index === 1 ? FAILED : undefined));
    await store.outcomes.recordOutcomes({ outcomes: outcomes.map(record => ({ alert: alertToProto(record) })) });
    original = (await store.client.listAlerts({})).alerts;
    await age();
    await waitFor('three archived rows', async () => ((await rows()) === 1 ? true : undefined));
  });
  after(() => teardown.disposeAsync());

  /** Makes all rows look a year old. */
  const age = () => queryPostgres(postgres.url, `update alerts set received_at = received_at - interval '1 year'`);
  const rows = async () => (await store.client.listAlerts({})).alerts.length;
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [COMMAND, ...args], {
      env: { ...process.env, ARCHIVE_DIR: dir, DATABASE_MIGRATION_URL: postgres.url },
    }).catch((error: { code: number; stdout: string; stderr: string }) => error);
  const reasonOf = async (uid: string) => {
    const error = ConnectError.from(await store.client.getAlert({ uid }).catch(error => error));
    return [error.code, error.findDetails(ErrorInfoSchema)[0]?.reason];
  };

  it('has those that are old and finished, and tells who asks for one', async () => {
    expect((await store.client.listAlerts({})).alerts.map(({ uid }) => uid)).to.deep.equal(['d']);
    expect(await reasonOf('a')).to.deep.equal([Code.NotFound, 'ALERT_ARCHIVED']);
    expect(Number((await store.client.summarizeAlerts({})).alerts)).to.equal(1);
    const { stdout } = (await run()) as { stdout: string };
    expect(stdout).to.match(/^\d{4}\/\d\d\/alerts-\S+\.ndjson\.zst {2}3 alerts\n$/);
  });

  it('gives one back, or all, as they were, and does not take them again at once', async () => {
    expect(await run('--restore', '--uid', 'b')).to.include({ stderr: '' });
    expect(await rows()).to.equal(2);
    expect(await run('--restore', '--all')).to.include({ stderr: '' });
    const { alerts } = await store.client.listAlerts({});
    const shown = (all: readonly Alert[]) =>
      all.map(alert => toJson(AlertSchema, create(AlertSchema, { ...alert, receivedAt: undefined } as never)));
    expect(shown(alerts)).to.deep.equal(shown(original));
    expect(Number((await store.client.summarizeAlerts({})).alerts)).to.equal(4);
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(await rows()).to.equal(4);
  });

  it('takes them again once they are old again, and brings none back that was deleted', async () => {
    await store.client.deleteAlert({ uid: 'c' });
    await queryPostgres(postgres.url, `update alerts set restored_at = restored_at - interval '1 year'`);
    await waitFor('two archived rows', async () => ((await rows()) === 1 ? true : undefined));
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.zst'));
    expect(files).to.have.lengthOf(2);
    expect(await run('--restore', ...files)).to.include({ stderr: '' });
    expect((await store.client.listAlerts({})).alerts.map(({ uid }) => uid)).to.have.members(['a', 'b', 'd']);
    expect(await reasonOf('c')).to.deep.equal([Code.NotFound, 'ALERT_DELETED']);
  });

  it('says what is wrong with a call', async () => {
    for (const [args, code, message] of [
      [['--restore'], 2, /takes files, --uid or --all/],
      [['--all'], 2, /takes files/],
      [['--restore', '--all', '--tenant', 'acme'], 2, /says whose --uid/],
      [['--restore', '--uid', 'a', '--tenant', 'acme'], 1, /a is not archived/],
      [['--restore', '--uid', 'nobody'], 1, /nobody is not archived/],
      [['--restore', '2020/01/none.ndjson.zst'], 1, /ENOENT/],
    ] as const) {
      const { code: status, stderr } = (await run(...args)) as { code: number; stderr: string };
      expect(status, args.join(' ')).to.equal(code);
      expect(stderr).to.match(message);
    }
  });
});

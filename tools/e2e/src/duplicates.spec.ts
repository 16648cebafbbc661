import { copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { parseAlert } from '@vigie/alert';
import { alertMessageId, subjects } from '@vigie/alert/streams';
import { encodeAlertPayload } from '@vigie/alert/wire';
import { queryPostgres } from '@vigie/dev-env/servers';
import { openJetStream, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { type AlertJson, finishedAlert, getJson, newAlert, postJson } from './rest-client.ts';

const SAMPLE_VIDEO = path.resolve('nginx/videos/mp4-faststart.mp4');

describe('an alert that is sent more than once', () => {
  const teardown = new AsyncDisposableStack();
  let videosRoot: string;
  let stream: JetStreamClient;
  let streams: JetStreamManager;

  before('a folder of videos that can be taken away', async () => {
    videosRoot = teardown.use(await temporaryDir()).path;
    await mkdir(path.join(videosRoot, 'videos'));
    for (const name of ['a.mp4', 'b.mp4', 'gone.mp4'])
      await copyFile(SAMPLE_VIDEO, path.join(videosRoot, 'videos', name));
  });
  const mesh = useMesh(() => ({
    videosRoot,
    replicas: { 'store-svc': 2, 'probe-svc': 2 },
    // A thousand calls at once take a busy machine longer than the ten seconds that a call has by default.
    env: { VIDEO_UPLOAD_GRACE_MS: '0', REQUEST_TIMEOUT_MS: '60000' },
  }));
  before(async () => {
    ({ client: stream, manager: streams } = await openJetStream(teardown, mesh().addresses.natsUrls.operator));
  });
  after(() => teardown.disposeAsync());

  const video = (name: string) => newAlert({ video: `/videos/${name}` });
  const post = (alert: AlertJson) => postJson(`${mesh().url}/v1/alerts`, alert);
  const rowsOf = ({ uid }: AlertJson) =>
    queryPostgres(mesh().addresses.databaseUrl, 'select * from alerts where uid = $1', [uid]);
  const quarantineOf = async ({ uid }: AlertJson) =>
    (await getJson(`${mesh().url}/v1/quarantine?uid=${uid}`)).json.quarantinedAlerts ?? [];
  const conflictOf = (alert: AlertJson, count = 1) =>
    waitFor(`${count} conflicts of ${alert.uid}`, async () => {
      const found = await quarantineOf(alert);
      return found.length === count ? found : undefined;
    });

  /** Every consumer has finished all that came. */
  async function untilAtRest(): Promise<void> {
    await waitFor('idle consumers', async () => {
      const consumers = await Promise.all(['record', 'probe'].map(name => streams.consumers.info('ALERTS', name)));
      return consumers.every(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending === 0) || undefined;
    });
  }

  /** Sends alerts while the stream has forgotten what it was sent before, as it does beyond its duplicate window. */
  async function longAfter(send: () => Promise<void>): Promise<void> {
    const { config } = await streams.streams.info('ALERTS');
    await streams.streams.update('ALERTS', { duplicate_window: nanos(100) });
    await send();
    await streams.streams.update('ALERTS', { duplicate_window: config.duplicate_window });
  }

  /** Publishes as a client of NATS does, whose alerts nobody compares with the rows before they are in the stream. */
  const publish = (alert: AlertJson) =>
    stream.publish(subjects.received({ tenant: DEFAULT_TENANT, ...alert }), JSON.stringify(alert));
  /** As ingest-svc does, until it isn't taken for a duplicate any more. */
  const publishAnew = (alert: AlertJson) =>
    waitFor('a stream that has forgotten', async () => {
      const parsed = parseAlert(alert, DEFAULT_TENANT);
      const options = { msgID: alertMessageId(parsed) };
      const { duplicate } = await stream.publish(subjects.received(parsed), encodeAlertPayload(parsed), options);
      return duplicate ? undefined : true;
    });

  it('is a success each time, and one row, one outcome, one event', async () => {
    const alert = video('a.mp4');
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => post(alert)));
    expect(answers.filter(({ status }) => status !== 202)).to.deep.equal([]);
    expect(answers.filter(({ json }) => !json.duplicate)).to.length(1);
    expect(await finishedAlert(mesh().url, alert.uid)).to.include({ status: 'PROCESSED' });
    await untilAtRest();
    expect(await rowsOf(alert)).to.length(1);
    const { state } = await streams.streams.info('OUTCOMES', { subjects_filter: '>' });
    let events = 0;
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await streams.streams.getMessage('OUTCOMES', { seq });
      if (message?.json<AlertJson>().uid === alert.uid) events++;
    }
    expect(events).to.equal(1);
    expect(await quarantineOf(alert)).to.deep.equal([]);
  });

  it('changes nothing long after, though its video is gone', async () => {
    const alert = video('gone.mp4');
    await post(alert);
    await finishedAlert(mesh().url, alert.uid);
    await untilAtRest();
    const before = await rowsOf(alert);
    await rm(path.join(videosRoot, alert.video));
    await longAfter(() => publishAnew(alert).then(() => undefined));
    await longAfter(async () => {
      expect((await post(alert)).json).to.include({ uid: alert.uid, duplicate: true });
    });
    await untilAtRest();
    expect(await rowsOf(alert)).to.deep.equal(before);
  });

  it('is refused with other content, also long after, and the first alert stays current', async () => {
    const alert = video('a.mp4');
    await post(alert);
    await finishedAlert(mesh().url, alert.uid);
    const before = await rowsOf(alert);
    const refuse = async () => {
      for (const change of [{ video: '/videos/b.mp4' }, { timestamp: 1 }, { store: 'other' }]) {
        const { status, json } = await post({ ...alert, ...change });
        expect([status, json.error.status, json.error.reason]).to.deep.equal([409, 'ALREADY_EXISTS', 'UID_TAKEN']);
      }
    };
    await refuse();
    await longAfter(refuse);
    await untilAtRest();
    expect(await rowsOf(alert)).to.deep.equal(before);
    expect(await quarantineOf(alert)).to.deep.equal([]);
  });

  it('is quarantined with other content in the stream, also long after, and the first alert stays current', async () => {
    const alert = video('a.mp4');
    const newcomer = { ...alert, video: '/videos/b.mp4' };
    await post(alert);
    await finishedAlert(mesh().url, alert.uid);
    await untilAtRest();
    const before = await rowsOf(alert);
    await publish(newcomer);
    const [conflict] = await conflictOf(alert);
    expect(conflict).to.deep.include({ state: 'HELD', alert: { ...newcomer, labels: {} } });
    expect(conflict.failure.code).to.equal('UID_CONFLICT');
    await longAfter(() => publishAnew(newcomer).then(() => undefined));
    await conflictOf(alert, 2);
    await untilAtRest();
    expect(await rowsOf(alert)).to.deep.equal(before);
  });

  it('is one row and one conflict when both contents arrive at once', async () => {
    const pairs = Array.from({ length: 20 }, () => {
      const alert = video('a.mp4');
      return [alert, { ...alert, video: '/videos/b.mp4' }] as const;
    });
    await Promise.all(pairs.flat().map(publish));
    for (const [alert, other] of pairs) {
      const [conflict] = await conflictOf(alert);
      // Not sooner: a replica may have recorded the later alert first, and its outcome with it.
      await untilAtRest();
      const record = await finishedAlert(mesh().url, alert.uid);
      expect(record.status).to.equal('PROCESSED');
      expect([record.video, conflict.alert.video]).to.members([alert.video, other.video]);
    }
  });
});

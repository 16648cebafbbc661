import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { ReceivedAlert } from '@vigie/alert';
import { alertMessageId, STREAM_SUBJECTS, subjects } from '@vigie/alert/streams';
import { alertToProto, encodeAlertPayload, findAlertIn } from '@vigie/alert/wire';
import { NatsServer, queryPostgres } from '@vigie/dev-env/servers';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { openJetStream, scratchPostgres, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { RecordOutcomeResult_Kind } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { expect } from 'chai';
import { type RunningStore, runStore, storeEnvironment } from './testing/running-store.ts';
import { FAILED, finishedAlert, PROCESSED, receivedAlert } from './testing/sample-alerts.ts';

describe('the positions of a stream ALERTS that is lost', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let nats: NatsServer;
  let natsDir: string;
  let store: RunningStore;
  let client: JetStreamClient;
  let manager: JetStreamManager;
  let uids = 0;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    natsDir = teardown.use(await temporaryDir()).path;
    const [port, monitorPort] = (await pickFreePorts(2)) as [number, number];
    nats = new NatsServer({ dataDir: natsDir, port, monitorPort });
    teardown.defer(() => nats.stop());
    await Promise.all([postgres.start(), nats.start()]);
    store = await runStore(teardown, storeEnvironment(postgres, nats));
    await store.started;
    ({ client, manager } = await openJetStream(teardown, nats.url));
  });
  after(() => teardown.disposeAsync());

  const fresh = () => receivedAlert(`uid-${++uids}`);
  const contradict = ({ alert: { uid } }: ReceivedAlert) => receivedAlert(uid, { video: '/videos/other.mp4' });

  /** Accepts an alert as ingest-svc does, as soon as the stream takes it. @returns its position */
  function accept({ alert }: ReceivedAlert): Promise<number> {
    const options = { msgID: alertMessageId(alert) };
    return waitFor(`${alert.uid} to be accepted`, async () => {
      const publish = client.publish(subjects.received(alert), encodeAlertPayload(alert), options);
      return (await publish.catch(() => undefined))?.seq;
    });
  }

  async function recorded(received: ReceivedAlert): Promise<ReceivedAlert> {
    const { uid } = received.alert;
    await waitFor(`the row of ${uid}`, () => store.client.getAlert({ uid }).catch(() => undefined));
    return received;
  }

  async function recordOutcome(received: ReceivedAlert, sequence: number, replay: boolean) {
    const outcome = replay ? FAILED : PROCESSED;
    const alert = alertToProto(finishedAlert(received, outcome, sequence));
    const { results } = await store.outcomes.recordOutcomes({ outcomes: [{ alert, replay }] });
    return results[0]?.kind;
  }

  /** An alert with an outcome, of a message that was published to have it probed again. */
  async function finished(): Promise<ReceivedAlert> {
    const received = fresh();
    const sequence = await accept(received);
    await recorded(received);
    await recordOutcome(received, sequence, false);
    const replay = await client.publish(
      subjects.received({ tenant: 'default', store: 'store-42' }),
      encodeAlertPayload(received.alert),
    );
    expect(await recordOutcome(received, replay.seq, true)).to.equal(RecordOutcomeResult_Kind.RECORDED);
    return received;
  }

  async function lastPosition(): Promise<number> {
    const [row] = await queryPostgres(
      postgres.url,
      'select greatest(max(alert_sequence), max(sequence))::int as last from alerts',
    );
    return Number(row?.last);
  }

  /** As soon as the connection is back. */
  const infoOfAlerts = () => waitFor('ALERTS', () => manager.streams.info('ALERTS').catch(() => undefined));

  /** Positions in ALERTS, after one, of the messages of an alert. */
  async function positionsOf({ alert }: ReceivedAlert, after: number): Promise<number[]> {
    const { state } = await infoOfAlerts();
    const found: number[] = [];
    for (let seq = Math.max(after + 1, state.first_seq); seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage('ALERTS', { seq });
      if (message !== null && findAlertIn(message.data, 'default')?.uid === alert.uid) found.push(seq);
    }
    return found;
  }

  const conflictsOf = ({ alert: { uid } }: ReceivedAlert) =>
    queryPostgres(postgres.url, "select id from quarantined_alerts where uid = $1 and failure_code = 'UID_CONFLICT'", [
      uid,
    ]);

  /** What readiness says while the stream doesn't fit the rows. */
  const problem = () =>
    waitFor('a problem of the positions', async () => {
      const { ready, checks } = await store.health.readiness();
      return ready || checks.positions === 'ok' ? undefined : checks.positions;
    });
  const ready = () => waitFor('readiness', async () => ((await store.health.readiness()).ready ? true : undefined));

  async function killNats(whileGone: () => Promise<unknown> = async () => {}): Promise<void> {
    nats.kill('SIGKILL');
    await nats.waitUntilExited();
    await whileGone();
    await nats.start();
  }

  it('begin again after those in the rows, and hold over a kill -9', async () => {
    const old = await finished();
    const unfinished = fresh();
    await accept(unfinished);
    await recorded(unfinished);
    const last = await lastPosition();

    await killNats(() => rm(path.join(natsDir, 'nats'), { recursive: true }));
    expect(await problem()).to.match(/^ALERTS has come to 0, and the rows to \d+: it was lost or restored/);
    expect(await accept(contradict(old))).to.be.greaterThan(last);
    await waitFor('the conflict', async () => ((await conflictsOf(old)).length === 1 ? true : undefined));
    expect((await store.client.getAlert({ uid: old.alert.uid })).video).to.equal(old.alert.video);
    await waitFor('what was not finished', async () => (await positionsOf(unfinished, last))[0]);

    await store.client.replayAlerts({ stores: ['store-42'], statuses: [3], pageSize: 100 });
    const replay = await waitFor('the replay', async () => (await positionsOf(old, last)).at(-1));
    expect(await recordOutcome(old, replay, true)).to.equal(RecordOutcomeResult_Kind.RECORDED);

    await ready();
    const { messages, last_seq: lastSequence } = (await infoOfAlerts()).state;
    await killNats();
    expect((await infoOfAlerts()).state).to.include({ messages, last_seq: lastSequence });
    expect(await accept(fresh())).to.equal(lastSequence + 1);
  });

  for (const [how, keepsMetadata] of [
    ['made by a person', false],
    ['restored from an earlier time', true],
  ] as const) {
    it(`come after those in the rows when the stream was ${how}, with messages that are all recorded`, async () => {
      await ready();
      const old = await finished();
      const last = await lastPosition();
      const replaced = fresh();
      const { config } = await manager.streams.info('ALERTS');
      await manager.streams.delete('ALERTS');
      await manager.streams.add({
        ...{ name: 'ALERTS', subjects: [...STREAM_SUBJECTS.ALERTS], storage: config.storage },
        ...(keepsMetadata && { metadata: config.metadata ?? {} }),
      });
      for (const { alert } of [contradict(old), replaced]) {
        await client.publish(subjects.received(alert), encodeAlertPayload(alert), {
          msgID: alertMessageId(alert),
        });
      }
      await client.publish('alerts.received.store-42', encodeAlertPayload(old.alert));
      await client.publish('alerts.received.store-42', `no alert: ${how}`);

      expect(await problem()).to.match(/^ALERTS (has come to 4|was lost and created again)/);
      await waitFor('the row of an alert that only that stream had', () => recorded(replaced));
      await waitFor('the alert', async () => (await positionsOf(replaced, last))[0]);
      // Where the store was not sure of its first message, there is a second.
      await waitFor('the outcome of the replay', async () => {
        const replay = (await positionsOf(old, last)).at(-1);
        const kind = replay === undefined ? undefined : await recordOutcome(old, replay, true);
        return kind === RecordOutcomeResult_Kind.RECORDED ? true : undefined;
      });
      expect((await store.client.getAlert({ uid: old.alert.uid })).video).to.equal(old.alert.video);
      await waitFor('the conflict', async () => ((await conflictsOf(old)).length === 1 ? true : undefined));
      await waitFor('the message that is no alert', async () => {
        const rows = await queryPostgres(postgres.url, 'select id from quarantined_alerts where payload = $1', [
          Buffer.from(`no alert: ${how}`),
        ]);
        return rows.length === 1 ? true : undefined;
      });
      expect((await manager.streams.info('ALERTS')).state.first_seq).to.be.greaterThan(last);
    });
  }
});

import { AckPolicy, type JetStreamClient, type JetStreamManager, type JsMsg } from '@nats-io/jetstream';
import type { Outcome, ReceivedAlert } from '@vigie/alert';
import { alertMessageId, isReplay, publishOutcomeEvent, subjects } from '@vigie/alert/streams';
import { alertToProto, decodeAlertPayload, decodeOutcomePayload, encodeAlertPayload } from '@vigie/alert/wire';
import { queryPostgres } from '@vigie/dev-env/servers';
import { openJetStream, scratchNats, scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { type Alert, Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { expect } from 'chai';
import { type RunningStore, runStore, storeEnvironment } from './testing/running-store.ts';
import { FAILED, finishedAlert, PROCESSED, receivedAlert } from './testing/sample-alerts.ts';

const { RECEIVED, PROCESSED: PROCESSED_STATUS, QUARANTINED } = Alert_Status;

describe('the sweep for lost work', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let env: Parameters<typeof runStore>[1];
  let store: RunningStore;
  let client: JetStreamClient;
  let manager: JetStreamManager;
  let uids = 0;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    const nats = await scratchNats(teardown);
    await Promise.all([postgres.start(), nats.start()]);
    env = {
      ...storeEnvironment(postgres, nats),
      ...{ SWEEP_INTERVAL_MS: '50', SWEEP_AFTER_MS: '0', DUPLICATE_WINDOW_MS: '200' },
    };
    store = await runStore(teardown, env);
    await store.started;
    ({ client, manager } = await openJetStream(teardown, nats.url));
    // That of probe-svc, which does not run: the tests do its work.
    await manager.consumers.add('ALERTS', { durable_name: 'probe', ack_policy: AckPolicy.Explicit });
  });
  after(() => teardown.disposeAsync());

  const fresh = () => receivedAlert(`uid-${++uids}`);

  /** Accepts an alert as ingest-svc does. @returns its position */
  async function accept({ alert }: ReceivedAlert): Promise<number> {
    const options = { msgID: alertMessageId(alert) };
    return (await client.publish(subjects.received(alert), encodeAlertPayload(alert), options)).seq;
  }

  const rowOf = ({ alert: { uid } }: ReceivedAlert, status: Alert['status']) =>
    waitFor(`the row of ${uid} as status ${status}`, async () => {
      const row = await store.client.getAlert({ uid }).catch(() => undefined);
      return row?.status === status ? row : undefined;
    });

  /** Takes the next alert, as probe-svc does, or a person with `nats consumer next ALERTS probe`. */
  async function takeNext(): Promise<JsMsg> {
    const message = await (await client.consumers.get('ALERTS', 'probe')).next({ expires: 60_000 });
    return message ?? expect.fail('no alert came');
  }

  /** Records an outcome of a message as probe-svc does. */
  async function recordOutcome(message: JsMsg, outcome: Outcome) {
    const alert = decodeAlertPayload(message.data, 'default');
    const record = finishedAlert(receivedAlert(alert.uid, alert), outcome, message.seq);
    await store.outcomes.recordOutcomes({
      outcomes: [{ alert: alertToProto(record), replay: isReplay(message, alert) }],
    });
    return record;
  }

  /** Does all of probe-svc's work on the next alert. */
  async function probeNext(outcome: Outcome = PROCESSED): Promise<JsMsg> {
    const message = await takeNext();
    await publishOutcomeEvent(client, await recordOutcome(message, outcome));
    await message.ackAck();
    return message;
  }

  const eventsOf = async ({ alert: { uid } }: ReceivedAlert) =>
    (await messagesOf('OUTCOMES'))
      .map(payload => decodeOutcomePayload(payload, 'default'))
      .filter(({ alert }) => alert.uid === uid);

  async function messagesOf(stream: string): Promise<Uint8Array[]> {
    const { state } = await manager.streams.info(stream);
    const messages: Uint8Array[] = [];
    for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
      const message = await manager.streams.getMessage(stream, { seq });
      if (message !== null) messages.push(message.data);
    }
    return messages;
  }

  const metric = async (name: string) =>
    Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (.*)$`, 'm').exec(await store.metrics.metrics())?.[1] ?? 0);
  const repaired = (missing: string) => metric(`vigie_sweep_repaired_total{missing="${missing}"}`);

  /** Resolves once two passes have begun and ended. */
  async function swept(): Promise<void> {
    const passes = () => metric('vigie_sweep_passes_total{result="done"}');
    const before = await passes();
    await waitFor('two sweeps', async () => ((await passes()) >= before + 2 ? true : undefined));
  }

  /** Waits until everything so far has been looked at. */
  async function sweptThrough(sequence: number): Promise<void> {
    await waitFor(`a sweep through ${sequence}`, async () => {
      const [row] = await queryPostgres(postgres.url, 'select swept_sequence::int as swept from maintenance');
      return Number(row?.swept) >= sequence ? true : undefined;
    });
  }

  it('finds nothing where nothing is lost, and leaves alone what is still to be probed', async () => {
    const [processed, failed] = [fresh(), fresh()];
    await Promise.all([processed, failed].map(accept));
    await Promise.all([rowOf(processed, RECEIVED), rowOf(failed, RECEIVED)]);
    await swept();
    await probeNext();
    await sweptThrough((await probeNext(FAILED)).seq);
    expect(await eventsOf(processed)).to.lengthOf(1);
    expect(await metric('vigie_sweep_passes_total{result="failed"}')).to.equal(0);
    for (const missing of ['ROW', 'OUTCOME', 'EVENT']) expect(await repaired(missing), missing).to.equal(0);
    expect((await manager.streams.info('ALERTS')).state.messages).to.equal(2);
  });

  it('brings an alert back, once, that somebody acknowledged by hand', async () => {
    const received = fresh();
    await accept(received);
    await rowOf(received, RECEIVED);
    (await takeNext()).ack();
    const again = await takeNext();
    expect(decodeAlertPayload(again.data, 'default')).to.deep.equal(received.alert);
    await swept();
    await publishOutcomeEvent(client, await recordOutcome(again, PROCESSED));
    await again.ackAck();
    await rowOf(received, PROCESSED_STATUS);
    await sweptThrough(again.seq);
    expect((await manager.streams.info('ALERTS')).state.last_seq).to.equal(again.seq);
    expect(await eventsOf(received)).to.lengthOf(1);
    expect(await repaired('OUTCOME')).to.equal(1);
  });

  it('brings a replay back that somebody acknowledged by hand', async () => {
    const received = fresh();
    await accept(received);
    await rowOf(received, RECEIVED);
    await probeNext();
    await store.client.replayAlerts({ stores: ['store-42'], pageSize: 1 });
    const replay = await takeNext();
    const { uid } = decodeAlertPayload(replay.data, 'default');
    await waitFor('the replay in the row', async () => {
      const [row] = await queryPostgres(postgres.url, 'select awaited_sequence from alerts where uid = $1', [uid]);
      return Number(row?.awaited_sequence) === replay.seq ? true : undefined;
    });
    replay.ack();
    const again = await probeNext(FAILED);
    expect(decodeAlertPayload(again.data, 'default').uid).to.equal(uid);
    expect(Number((await store.client.getAlert({ uid })).sequence)).to.equal(again.seq);
    await swept();
    expect((await manager.streams.info('ALERTS')).state.last_seq).to.equal(again.seq);
  });

  it('records and probes again what a database that fell back has lost, and quarantines what was', async () => {
    const received = fresh();
    const position = await accept(received);
    await client.publish('alerts.received.store-42', 'no alert');
    await rowOf(received, RECEIVED);
    await probeNext();
    const malformed = await takeNext();
    await waitFor('the quarantined message', async () => {
      const rows = await queryPostgres(postgres.url, 'select id from quarantined_alerts');
      return rows.length === 1 ? true : undefined;
    });
    // What a standby has that is some messages behind, with how far it had swept.
    await queryPostgres(postgres.url, 'delete from alerts where uid = $1', [received.alert.uid]);
    await queryPostgres(postgres.url, 'delete from quarantined_alerts');
    await queryPostgres(postgres.url, 'update maintenance set swept_sequence = $1', [position - 1]);
    await malformed.ackAck();
    await rowOf(received, RECEIVED);
    await probeNext();
    await rowOf(received, PROCESSED_STATUS);
    await waitFor('the quarantined message', async () => {
      const rows = await queryPostgres(postgres.url, 'select failure_code from quarantined_alerts');
      return rows.length === 1 ? true : undefined;
    });
  });

  it('reports an outcome, once, that no event reports', async () => {
    const received = fresh();
    await accept(received);
    await rowOf(received, RECEIVED);
    const message = await takeNext();
    await recordOutcome(message, PROCESSED);
    await message.ackAck();
    await waitFor('the event', async () => ((await eventsOf(received)).length > 0 ? true : undefined));
    await sweptThrough(message.seq);
    const [event] = await eventsOf(received);
    expect(event).to.deep.include({ outcome: PROCESSED, sequence: message.seq });
    expect(await eventsOf(received)).to.lengthOf(1);
    expect(await repaired('EVENT')).to.equal(1);
  });

  it('lets a row say QUARANTINED whose message was given up without that', async () => {
    const received = fresh();
    await accept(received);
    await rowOf(received, RECEIVED);
    const message = await takeNext();
    await queryPostgres(
      postgres.url,
      `insert into quarantined_alerts (tenant, id, state, uid, store, failure_code, failure_message, attempts, redrives,
         received_at, quarantined_at, trace_id, subject, sequence, payload)
       values ('default', $1, 'HELD', $1, 's', 'INTERNAL', 'why', 20, 0, now(), now(), '', '', $2, '')`,
      [received.alert.uid, message.seq],
    );
    await message.ackAck();
    expect((await rowOf(received, QUARANTINED)).failure?.message).to.equal('why');
  });

  it('is done by one replica at a time, and by another one once that is gone', async () => {
    const hold = (holder: string, until: string) =>
      queryPostgres(postgres.url, `update maintenance set holder = '${holder}', held_until = ${until}`);
    const received = fresh();
    await accept(received);
    await rowOf(received, RECEIVED);
    await hold('another one', "now() + interval '1 h'");
    (await takeNext()).ack();
    await swept();
    expect((await manager.consumers.info('ALERTS', 'probe')).num_pending).to.equal(0);
    await hold('another one', 'now()');
    await probeNext();
    await rowOf(received, PROCESSED_STATUS);
  });
});

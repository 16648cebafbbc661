import { randomBytes } from 'node:crypto';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { DeliverPolicy, type JetStreamClient, type JetStreamManager, type JsMsg } from '@nats-io/jetstream';
import type { FailureCode, ReceivedAlert } from '@vigie/alert';
import { alertMessageId, isReplay, publishQuarantined, QUARANTINE_HEADERS, subjects } from '@vigie/alert/streams';
import { alertToProto, encodeAlertPayload } from '@vigie/alert/wire';
import { queryPostgres } from '@vigie/dev-env/servers';
import { openJetStream, publishRaw, scratchNats, scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { BadRequestSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  type QuarantinedAlert,
  QuarantinedAlert_State as State,
} from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { Failure_Code } from '@vigie/proto/vigie/video/v1/failure_pb.ts';
import { expect } from 'chai';
import { type RunningStore, runStore, storeEnvironment } from './testing/running-store.ts';
import { FAILED, finishedAlert, QUARANTINED, receivedAlert } from './testing/sample-alerts.ts';

describe('the quarantine and replays', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let store: RunningStore;
  let stream: JetStreamClient;
  let streams: JetStreamManager;
  let natsUrl: string;
  let uids = 0;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    const nats = await scratchNats(teardown);
    await Promise.all([postgres.start(), nats.start()]);
    store = await runStore(teardown, storeEnvironment(postgres, nats));
    await store.started;
    natsUrl = nats.url;
    ({ client: stream, manager: streams } = await openJetStream(teardown, nats.url));
  });
  after(() => teardown.disposeAsync());

  const fresh = (store: string) => receivedAlert(`uid-${++uids}`, { store });
  const quarantine = () => createClient(QuarantinedAlertService, store.transport);

  /** Accepts an alert as ingest-svc does. @returns its position */
  async function accept({ alert }: ReceivedAlert): Promise<number> {
    const options = { msgID: alertMessageId(alert) };
    const { seq } = await stream.publish(subjects.received(alert), encodeAlertPayload(alert), options);
    return seq;
  }

  /** Quarantines a message as probe-svc does. */
  async function publishToQuarantine(
    payload: string | Uint8Array,
    store: string,
    code: FailureCode = 'VIDEO_UNREACHABLE',
  ) {
    const original = {
      ...{ subject: subjects.received({ tenant: 'default', store }), payload: Buffer.from(payload), redrives: 0 },
      ...{ streamSequence: 1_000_000 + ++uids, receivedAt: new Date('2025-06-02T13:35:21.123Z') },
    };
    await publishQuarantined({
      client: stream,
      original,
      owner: { tenant: 'default', store },
      reason: code,
      why: 'gave up',
      attempts: 14,
    });
  }

  async function held(store: string, count: number): Promise<QuarantinedAlert[]> {
    return waitFor(`${count} messages of ${store} in quarantine`, async () => {
      const { quarantinedAlerts } = await quarantine().listQuarantinedAlerts({ store });
      return quarantinedAlerts.length === count ? quarantinedAlerts : undefined;
    });
  }

  /** What came into the stream ALERTS after a position. */
  async function messagesAfter(position: number): Promise<JsMsg[]> {
    const consumer = await stream.consumers.get('ALERTS', {
      opt_start_seq: position + 1,
      deliver_policy: DeliverPolicy.StartSequence,
    });
    const messages: JsMsg[] = [];
    const { num_pending: count } = await consumer.info();
    if (count === 0) return messages;
    for await (const message of await consumer.fetch({ max_messages: count })) messages.push(message);
    return messages;
  }

  const lastPosition = async () => (await streams.streams.info('ALERTS')).state.last_seq;

  async function violated(call: Promise<unknown>): Promise<string[]> {
    const error = await call.then(
      () => expect.fail('the call succeeded'),
      error => ConnectError.from(error),
    );
    expect(error.code).to.equal(Code.InvalidArgument);
    return error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(v => v.field));
  }

  /** An alert whose attempts are exhausted: its row says so, and its message is quarantined. */
  async function exhausted(store_: string): Promise<{ received: ReceivedAlert; sequence: number }> {
    const received = fresh(store_);
    const sequence = await accept(received);
    await recorded(received, Alert_Status.RECEIVED);
    const outcome = alertToProto(finishedAlert(received, QUARANTINED, sequence));
    await store.outcomes.recordOutcomes({ outcomes: [{ alert: outcome }] });
    await publishToQuarantine(encodeAlertPayload(received.alert), store_);
    return { received, sequence };
  }

  const recorded = ({ alert }: ReceivedAlert, status: Alert_Status) =>
    waitFor(`${alert.uid} to be in status ${status}`, async () => {
      const row = await store.client.getAlert({ uid: alert.uid }).catch(() => undefined);
      return row?.status === status ? row : undefined;
    });

  describe('ListQuarantinedAlerts', () => {
    it('returns the whole message: the reason, the attempts, and the bytes', async () => {
      const { alert } = fresh('whole');
      await publishToQuarantine(encodeAlertPayload(alert), 'whole');
      const [message] = await held('whole', 1);
      expect(message).to.deep.include({
        ...{ state: State.HELD, attempts: 14, redrives: 0, subject: 'alerts.received.whole' },
        receivedAt: timestampFromDate(new Date('2025-06-02T13:35:21.123Z')),
      });
      expect(message?.failure).to.include({ code: Failure_Code.VIDEO_UNREACHABLE, message: 'gave up' });
      expect(message?.alert).to.include({ uid: alert.uid, store: 'whole' });
      expect(Buffer.from(message?.payload ?? []).toString()).to.equal(encodeAlertPayload(alert));
    });

    it('keeps what is no alert, whatever bytes and names it has, also what was put there by hand', async () => {
      await stream.publish('alerts.received.st%00re', new Uint8Array([0, 0xff, 0x27, 0x5c]));
      await stream.publish('alerts.quarantined.by-hand', 'put here by hand');
      const odd = await waitFor('the message', async () => {
        const { quarantinedAlerts } = await quarantine().listQuarantinedAlerts({
          code: Failure_Code.MALFORMED_MESSAGE,
        });
        return quarantinedAlerts.length === 2 ? quarantinedAlerts : undefined;
      });
      const payloads = odd.map(({ payload }) => Buffer.from(payload).toString('hex')).sort();
      expect(payloads).to.deep.equal(['00ff275c', Buffer.from('put here by hand').toString('hex')]);
      expect(odd.map(({ alert }) => alert)).to.deep.equal([undefined, undefined]);
    });

    it('keeps what has headers that nobody can read', async () => {
      await publishRaw(natsUrl, 'alerts.received.odd-headers', 'not a name: x', 'no alert');
      await publishRaw(natsUrl, 'alerts.quarantined.odd-headers', 'not a name: x', 'put here by hand');
      const messages = await held('odd-headers', 2);
      expect(messages.map(({ failure }) => failure?.code)).to.deep.equal([
        Failure_Code.MALFORMED_MESSAGE,
        Failure_Code.MALFORMED_MESSAGE,
      ]);
    });

    it('keeps what is no alert under a name as long as a subject may be', async () => {
      // Letters that Postgres can't compress. This line of NATS's protocol is just below its 4 KiB, a longer one would
      // not be.
      const name = randomBytes(2_030).toString('hex');
      await publishRaw(natsUrl, `alerts.received.${name}`, 'a: b', 'no alert');
      const [message] = await held(name.slice(0, 128), 1);
      expect(message?.subject).to.equal(`alerts.received.${name}`);
    });

    it('quarantines a conflicting alert, long after too, and each time it is accepted', async () => {
      const first = fresh('conflicts');
      await accept(first);
      const newcomer = { ...first, alert: { ...first.alert, video: '/videos/other.mp4' } };
      await accept(newcomer);
      await held('conflicts', 1);
      // Beyond the duplicate window the stream takes it again.
      await stream.publish(
        subjects.received({ tenant: 'default', store: 'conflicts' }),
        encodeAlertPayload(newcomer.alert),
      );
      for (const { failure, alert } of await held('conflicts', 2)) {
        expect(failure?.code).to.equal(Failure_Code.UID_CONFLICT);
        expect(alert?.video).to.equal('/videos/other.mp4');
      }
      expect((await recorded(first, Alert_Status.RECEIVED)).video).to.equal('/videos/a.mp4');
    });

    it('makes the first in the stream current if a later one was recorded sooner, and quarantines that one', async () => {
      const { alert } = fresh('displaced');
      const first = { alert, receivedAt: new Date(), traceId: '1'.repeat(32) };
      const later = { ...first, alert: { ...alert, video: '/videos/other.mp4' }, traceId: '2'.repeat(32) };
      // As another replica leaves it, that pulled a later message and wrote sooner.
      const position = (await lastPosition()) + 2;
      await queryPostgres(
        postgres.url,
        `insert into alerts (tenant, uid, video, timestamp, store, status, trace_id, received_at, alert_sequence)
         values ('default', $1, $2, to_timestamp($3), $4, 'RECEIVED', $5, $6, $7)`,
        [
          ...[alert.uid, later.alert.video, alert.timestampMicros / 1e6, alert.store],
          ...[later.traceId, '2025-06-02T13:35:21.123Z', position],
        ],
      );
      expect(await accept(first)).to.equal(position - 1);
      // A stream that hadn't come as far as its rows would be another one.
      expect(await accept(fresh('later'))).to.equal(position);
      const [conflict] = await held('displaced', 1);
      expect(conflict).to.deep.include({ sequence: BigInt(position), traceId: later.traceId });
      expect(conflict?.failure?.code).to.equal(Failure_Code.UID_CONFLICT);
      expect(conflict?.alert?.video).to.equal(later.alert.video);
      await waitFor('the first alert in its row', async () =>
        (await store.client.getAlert({ uid: alert.uid })).video === alert.video ? true : undefined,
      );
    });

    it('keeps a message once that was quarantined twice', async () => {
      const { alert } = fresh('twice');
      const original = {
        ...{ subject: subjects.received(alert), payload: Buffer.from(encodeAlertPayload(alert)), redrives: 0 },
        ...{ streamSequence: 900_001, receivedAt: new Date('2025-06-02T13:35:21.123Z') },
      };
      const setting = {
        ...{ client: stream, original, owner: alert, attempts: 1 },
        reason: 'VIDEO_UNREACHABLE',
      } as const;
      await publishQuarantined({ ...setting, why: 'first' });
      const [message] = await held('twice', 1);
      // As long after, when the stream has forgotten the message id.
      const { seq } = (await streams.streams.getMessage('QUARANTINE', {
        last_by_subj: 'alerts.quarantined.twice',
      })) as { seq: number };
      const stored = await streams.streams.getMessage('QUARANTINE', { seq });
      const copy = stored?.header;
      copy?.delete('Nats-Msg-Id');
      await stream.publish('alerts.quarantined.twice', original.payload, copy === undefined ? {} : { headers: copy });
      await publishToQuarantine(encodeAlertPayload(fresh('twice').alert), 'twice');
      expect((await held('twice', 2)).map(({ id }) => id)).to.include(message?.id);
    });

    it('gives pages, the latest first, of one store, uid, code, time', async () => {
      const alerts = Array.from({ length: 5 }, () => fresh('pages'));
      for (const { alert } of alerts) await publishToQuarantine(encodeAlertPayload(alert), 'pages');
      await held('pages', 5);
      const seen: (string | undefined)[] = [];
      let pageToken = '';
      do {
        const page = await quarantine().listQuarantinedAlerts({ store: 'pages', pageSize: 2, pageToken });
        seen.push(...page.quarantinedAlerts.map(({ alert }) => alert?.uid));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(seen).to.have.members(alerts.map(({ alert }) => alert.uid));
      const uid = alerts[2]?.alert.uid ?? '';
      const count = async (request: object) =>
        (await quarantine().listQuarantinedAlerts({ store: 'pages', ...request })).quarantinedAlerts.length;
      expect(await count({ uid })).to.equal(1);
      expect(await count({ code: Failure_Code.UID_CONFLICT })).to.equal(0);
      const [latest] = (await quarantine().listQuarantinedAlerts({ store: 'pages', pageSize: 1 })).quarantinedAlerts;
      expect(await count({ since: { seconds: (latest?.quarantinedAt?.seconds ?? 0n) + 1n } })).to.equal(0);
      expect(await count({ until: { seconds: (latest?.quarantinedAt?.seconds ?? 0n) + 1n } })).to.equal(5);
    });

    it('names the field that is wrong', async () => {
      const { nextPageToken } = await quarantine().listQuarantinedAlerts({ pageSize: 1 });
      for (const [request, field] of [
        [{ state: 42 as State }, 'state'],
        [{ uid: 'a b' }, 'uid'],
        [{ store: '\n' }, 'store'],
        [{ code: 99 as Failure_Code }, 'code'],
        [{ since: { seconds: -1n } }, 'since'],
        [{ pageSize: -1 }, 'page_size'],
        [{ pageToken: 'nonsense' }, 'page_token'],
        [{ pageToken: nextPageToken, store: 'other' }, 'page_token'],
      ] as const) {
        expect(await violated(quarantine().listQuarantinedAlerts(request))).to.deep.equal([field]);
      }
    });
  });

  describe('RedriveQuarantinedAlerts', () => {
    it('puts a message back with all its tries before it, reopens its row and keeps the history', async () => {
      const { received } = await exhausted('redriven');
      const [before] = await held('redriven', 1);
      const position = await lastPosition();
      expect(await quarantine().redriveQuarantinedAlerts({ uid: received.alert.uid })).to.include({
        redriven: 1,
        remaining: 0,
      });
      const [message] = await messagesAfter(position);
      expect(message?.string()).to.equal(encodeAlertPayload(received.alert));
      expect(message?.subject).to.equal('alerts.received.redriven');
      expect(message?.headers?.get(QUARANTINE_HEADERS.redrives)).to.equal('1');
      expect(message !== undefined && isReplay(message, received.alert)).to.equal(true);
      const row = await recorded(received, Alert_Status.RECEIVED);
      expect([row.failure, row.effort, row.sequence]).to.deep.equal([undefined, undefined, undefined]);
      const { quarantinedAlerts: history } = await quarantine().listQuarantinedAlerts({
        state: State.REDRIVEN,
        uid: received.alert.uid,
      });
      expect(history).to.deep.equal([{ ...before, state: State.REDRIVEN, resolvedAt: history[0]?.resolvedAt }]);
      expect(history[0]?.resolvedAt).not.to.equal(undefined);
      await held('redriven', 0);
    });

    it('redrives the oldest first, as many as were asked for, and says what remains', async () => {
      const alerts = Array.from({ length: 3 }, () => fresh('some'));
      for (const { alert } of alerts) {
        await publishToQuarantine(encodeAlertPayload(alert), 'some');
        await held('some', alerts.findIndex(other => other.alert === alert) + 1);
      }
      expect(await quarantine().redriveQuarantinedAlerts({ store: 'some', limit: 2 })).to.include({
        redriven: 2,
        remaining: 1,
      });
      expect((await held('some', 1))[0]?.alert?.uid).to.equal(alerts[2]?.alert.uid);
      expect(await quarantine().redriveQuarantinedAlerts({ store: 'some' })).to.include({ redriven: 1, remaining: 0 });
      expect(await quarantine().redriveQuarantinedAlerts({ store: 'some' })).to.include({ redriven: 0, remaining: 0 });
    });

    it('puts a message back once, however many redrive it at a time', async () => {
      await publishToQuarantine(encodeAlertPayload(fresh('once').alert), 'once');
      const [message] = await held('once', 1);
      const position = await lastPosition();
      const ids = [message?.id ?? ''];
      const answers = await Promise.all([1, 2, 3].map(() => quarantine().redriveQuarantinedAlerts({ ids })));
      expect(answers.map(({ remaining }) => remaining)).to.deep.equal([0, 0, 0]);
      expect(await messagesAfter(position)).to.have.lengthOf(1);
    });

    it('keeps those held that the stream does not take, and says to come back', async () => {
      await publishToQuarantine(encodeAlertPayload(fresh('full').alert), 'full');
      await held('full', 1);
      const { config } = await streams.streams.info('ALERTS');
      await streams.streams.update('ALERTS', { max_bytes: 1 });
      const error = await quarantine()
        .redriveQuarantinedAlerts({ store: 'full' }, { timeoutMs: 5_000 })
        .catch(ConnectError.from);
      expect(error).to.be.instanceOf(ConnectError).with.property('code', Code.Unavailable);
      await held('full', 1);
      await streams.streams.update('ALERTS', { max_bytes: config.max_bytes });
      expect(await quarantine().redriveQuarantinedAlerts({ store: 'full' })).to.include({ redriven: 1 });
    });

    it('wants a filter, and names the field that is wrong', async () => {
      expect(await violated(quarantine().redriveQuarantinedAlerts({}))).to.deep.equal(['ids']);
      expect(await violated(quarantine().redriveQuarantinedAlerts({ uid: '?', limit: -1 }))).to.deep.equal([
        'uid',
        'limit',
      ]);
      const ids = Array.from({ length: 1_001 }, (_, index) => String(index));
      expect(await violated(quarantine().redriveQuarantinedAlerts({ ids }))).to.deep.equal(['ids']);
    });
  });

  describe('DiscardQuarantinedAlerts', () => {
    it('gives messages up and keeps them on record', async () => {
      const { received } = await exhausted('discarded');
      await held('discarded', 1);
      const position = await lastPosition();
      expect(await quarantine().discardQuarantinedAlerts({ store: 'discarded' })).to.include({
        discarded: 1,
        remaining: 0,
      });
      const { quarantinedAlerts } = await quarantine().listQuarantinedAlerts({
        store: 'discarded',
        state: State.DISCARDED,
      });
      expect(quarantinedAlerts.map(({ alert }) => alert?.uid)).to.deep.equal([received.alert.uid]);
      expect(await quarantine().redriveQuarantinedAlerts({ store: 'discarded' })).to.include({ redriven: 0 });
      expect(await lastPosition()).to.equal(position);
      await recorded(received, Alert_Status.QUARANTINED);
    });

    it('wants a filter', async () => {
      expect(await violated(quarantine().discardQuarantinedAlerts({}))).to.deep.equal(['ids']);
    });
  });

  describe('ReplayAlerts', () => {
    it('puts alerts of a store, time and status into the stream again, a page a call, and leaves their rows', async () => {
      const alerts = Array.from({ length: 3 }, (_, second) =>
        receivedAlert(`uid-${++uids}`, { store: 'replays', timestampMicros: (1_000 + second) * 1e6 }),
      );
      for (const received of alerts) {
        const sequence = await accept(received);
        await recorded(received, Alert_Status.RECEIVED);
        const alert = alertToProto(finishedAlert(received, FAILED, sequence));
        await store.outcomes.recordOutcomes({ outcomes: [{ alert }] });
      }
      const position = await lastPosition();
      const filter = { stores: ['replays'], statuses: [Alert_Status.FAILED], since: { seconds: 1_001n }, pageSize: 1 };
      const first = await store.client.replayAlerts(filter);
      expect(first.replayed).to.equal(1);
      const second = await store.client.replayAlerts({ ...filter, pageToken: first.nextPageToken });
      expect(second).to.include({ replayed: 1, nextPageToken: '' });
      const messages = await messagesAfter(position);
      expect(messages.map(message => message.string())).to.deep.equal(
        [alerts[2], alerts[1]].map(received => encodeAlertPayload((received as ReceivedAlert).alert)),
      );
      for (const received of alerts) await recorded(received, Alert_Status.FAILED);
    });

    it('puts the alerts of these uids into the stream again, and no others', async () => {
      const alerts = [1, 2, 3].map(() => receivedAlert(`uid-${++uids}`));
      for (const received of alerts) {
        await accept(received);
        await recorded(received, Alert_Status.RECEIVED);
      }
      const position = await lastPosition();
      const wanted = alerts.slice(1).map(({ alert }) => alert.uid);
      expect(await store.client.replayAlerts({ uids: [...wanted, 'nobody'] })).to.include({ replayed: 2 });
      const messages = await messagesAfter(position);
      expect(messages.map(message => message.json<{ uid: string }>().uid)).to.have.members(wanted);
      expect(await violated(store.client.replayAlerts({ uids: ['a b'] }))).to.deep.equal(['uids[0]']);
    });

    it('wants a filter', async () => {
      expect(await violated(store.client.replayAlerts({}))).to.deep.equal(['stores']);
    });
  });
});

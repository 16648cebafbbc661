import { type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { contentHash, type ReceivedAlert } from '@vigie/alert';
import { publishQuarantined, QUARANTINE_HEADERS, subjects } from '@vigie/alert/streams';
import { SAMPLE_MEDIA } from '@vigie/alert/testing';
import { alertToProto, encodeAlertPayload, encodeOutcomePayload } from '@vigie/alert/wire';
import { openJetStream, scratchNats, scratchPostgres, shortestRunMs, waitFor } from '@vigie/dev-env/testing';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '@vigie/proto/google/rpc/error_details_pb.ts';
import { type Alert, Alert_Status, AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  type ListAlertsRequestSchema,
  type SummarizeAlertsRequestSchema,
  SummarizeAlertsResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { AlertIndexService } from '@vigie/proto/vigie/internal/alert/v1/alert_index_service_pb.ts';
import { RecordOutcomeResult_Kind } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { Failure_Code } from '@vigie/proto/vigie/video/v1/failure_pb.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { openWatch } from './testing/open-watch.ts';
import { type RunningStore, runStore, storeEnvironment } from './testing/running-store.ts';
import { FAILED, finishedAlert, receivedAlert } from './testing/sample-alerts.ts';

const { RECEIVED, PROCESSED, FAILED: FAILED_STATUS, QUARANTINED } = Alert_Status;

describe('store-svc', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let store: RunningStore;
  let stream: JetStreamClient;
  let streams: JetStreamManager;
  let uids = 0;

  const freshUid = () => `uid-${++uids}`;

  before('start the service before Postgres and NATS', async () => {
    postgres = await scratchPostgres(teardown);
    const nats = await scratchNats(teardown);
    store = await runStore(teardown, storeEnvironment(postgres, nats));
    const waiting = await waitFor('a reason in readiness', async () => {
      const { ready, checks } = await store.health.readiness();
      return /ECONNREFUSED/.test(checks.postgres ?? '') ? { ready, checks } : undefined;
    });
    expect(waiting.ready).to.equal(false);
    expect(waiting.checks.nats).to.match(/not connected to 127\.0\.0\.1/);
    await nats.start();
    await postgres.start();
    await store.started;
    expect(await store.health.readiness()).to.have.property('ready', true);
    ({ client: stream, manager: streams } = await openJetStream(teardown, nats.url));
  });
  after(() => teardown.disposeAsync());

  const publish = ({ alert }: ReceivedAlert) => stream.publish(subjects.received(alert), encodeAlertPayload(alert));
  const recorded = (uid: string) =>
    waitFor(`the row of ${uid}`, () => store.client.getAlert({ uid }).catch(() => undefined));
  const failure = async (call: Promise<unknown>): Promise<ConnectError> =>
    call.then(
      () => expect.fail('the call succeeded'),
      error => ConnectError.from(error),
    );
  const violated = (error: ConnectError) =>
    error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(v => v.field));
  const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;

  async function quarantined(alertsSequence: number) {
    return waitFor(`message ${alertsSequence} in quarantine`, async () => {
      const { state } = await streams.streams.info('QUARANTINE');
      for (let seq = state.first_seq; seq > 0 && seq <= state.last_seq; seq++) {
        const message = await streams.streams.getMessage('QUARANTINE', { seq });
        if (message?.header.get(QUARANTINE_HEADERS.streamSequence) === String(alertsSequence)) return message;
      }
      return undefined;
    });
  }

  describe('the consumer of accepted alerts', () => {
    it('makes an alert a row in status RECEIVED within a second, with its trace', async () => {
      const tookMs = await shortestRunMs(1_000, async () => {
        const received = receivedAlert(freshUid());
        const carrier = headers();
        carrier.set('traceparent', `00-${received.traceId}-00f067aa0ba902b7-01`);
        const begin = performance.now();
        const payload = encodeAlertPayload(received.alert);
        await stream.publish(subjects.received({ tenant: 'default', store: 'store-42' }), payload, {
          headers: carrier,
        });
        const row = await recorded(received.alert.uid);
        const tookMs = performance.now() - begin;
        expect(row).to.include({ status: RECEIVED, traceId: received.traceId, timestamp: 1748871320.680001 });
        expect(Number(row.receivedAt?.seconds)).to.be.closeTo(Date.now() / 1000, 5 + tookMs / 1_000);
        return tookMs;
      });
      expect(tookMs).to.be.below(1_000);
    });

    it('takes an alert published by hand, and gives it a trace', async () => {
      const uid = freshUid();
      const json = `{"uid":"${uid}","video":"/videos/a.avi","timestamp":1748871320.68,"store":"store 1","more":1}`;
      await stream.publish('alerts.received.any', json);
      expect((await recorded(uid)).traceId).to.match(/^[0-9a-f]{32}$/);
    });

    it('keeps the first content of a uid current and quarantines the other, byte for byte', async () => {
      const uid = freshUid();
      const newcomer = receivedAlert(uid, { video: '/videos/other.mp4', store: 'd’Évry.1' });
      await publish(receivedAlert(uid));
      const { seq } = await publish(newcomer);
      await publish(receivedAlert(uid));
      const message = await quarantined(seq);
      expect(message.subject).to.equal(subjects.quarantined({ tenant: 'default', store: 'd’Évry.1' }));
      expect(message.string()).to.equal(encodeAlertPayload(newcomer.alert));
      expect(message.header.get(QUARANTINE_HEADERS.reason)).to.equal('UID_CONFLICT');
      expect(message.header.get(QUARANTINE_HEADERS.streamSequence)).to.equal(String(seq));
      expect(message.header.get(QUARANTINE_HEADERS.subject)).to.equal(
        subjects.received({ tenant: 'default', store: 'd’Évry.1' }),
      );
      expect(message.header.get(QUARANTINE_HEADERS.attempts)).to.equal('1');
      expect(await recorded(uid)).to.include({ video: '/videos/a.mp4', status: RECEIVED });
    });

    for (const [what, payload] of [
      ['no JSON', '{"uid":\n"é'],
      ['no UTF-8', new Uint8Array([0xff, 0xfe])],
      ['an alert that breaks a rule', '{"uid":"a b","video":"/x.mp4","timestamp":1,"store":"s"}'],
      ['nothing', ''],
    ] as const) {
      it(`quarantines ${what} with its reason and goes on`, async () => {
        const { seq } = await stream.publish('alerts.received.st%C3%B8re', payload);
        const next = receivedAlert(freshUid());
        await publish(next);
        const message = await quarantined(seq);
        expect(message.subject).to.equal('alerts.quarantined.st%C3%B8re');
        expect(Buffer.from(message.data)).to.deep.equal(Buffer.from(payload));
        expect(message.header.get(QUARANTINE_HEADERS.reason)).to.equal('MALFORMED_MESSAGE');
        expect(message.header.get(QUARANTINE_HEADERS.message)).to.match(/^not an alert: [^\n]+$/);
        await recorded(next.alert.uid);
      });
    }
  });

  describe('RecordOutcomes', () => {
    it('answers each item in order, and refuses a bad one without touching the others', async () => {
      const [a, c] = [receivedAlert(freshUid()), receivedAlert(freshUid())];
      await store.record([a, c]);
      const { RECORDED, UNKNOWN_ALERT, REFUSED, CONFLICT } = RecordOutcomeResult_Kind;

      const finished = alertToProto(finishedAlert(a));
      const outcomes = await store.outcomes.recordOutcomes({
        outcomes: [
          finished,
          { ...finished, media: undefined },
          { ...finished, uid: freshUid() },
          { ...finished, effort: { elapsedMs: Number.NaN } },
          { ...finished, processedAt: undefined },
          alertToProto(finishedAlert(c, FAILED)),
          { ...finished, status: FAILED_STATUS, failure: { code: 99 as Failure_Code } },
          { ...finished, store: 'elsewhere', sequence: 1_000_000n },
        ].map(alert => ({ alert: alert as Alert })),
      });
      expect(outcomes.results.map(({ kind }) => kind)).to.deep.equal([
        RECORDED,
        REFUSED,
        UNKNOWN_ALERT,
        REFUSED,
        REFUSED,
        RECORDED,
        REFUSED,
        CONFLICT,
      ]);
      expect(outcomes.results.map(({ error }) => error?.message ?? '').filter(Boolean)).to.deep.equal([
        'media is required with PROCESSED',
        'effort.elapsed_ms must be a finite number within 2^53 of zero',
        'processed_at is required: a moment after 1970',
        'failure.code must be a code of vigie.video.v1.Failure.Code',
      ]);
      const row = await store.client.getAlert({ uid: a.alert.uid });
      expect(row.media?.video?.codec).to.equal('h264');
      expect(await store.client.getAlert({ uid: c.alert.uid })).to.have.nested.property(
        'failure.code',
        Failure_Code.NOT_A_VIDEO,
      );
    });

    it('takes 1 to 1,000 outcomes', async () => {
      const alerts = Array.from({ length: 1_000 }, () => receivedAlert(freshUid()));
      await store.record(alerts);
      const outcomes = [...alerts, receivedAlert(freshUid())].map(alert => ({
        alert: alertToProto(finishedAlert(alert)),
      }));
      const { results } = await store.outcomes.recordOutcomes({ outcomes: outcomes.slice(0, 1_000) });
      expect(results.every(({ kind }) => kind === RecordOutcomeResult_Kind.RECORDED)).to.equal(true);
      expect(violated(await failure(store.outcomes.recordOutcomes({ outcomes })))).to.deep.equal(['outcomes']);
      expect(violated(await failure(store.outcomes.recordOutcomes({})))).to.deep.equal(['outcomes']);
    });
  });

  describe('GetAlert', () => {
    it('waits for the outcome if asked to, also of an alert that is still to come', async () => {
      const received = receivedAlert(freshUid());
      const { uid } = received.alert;
      const waiting = store.client.getAlert({ uid, wait: { seconds: 60n } });
      await store.record([received]);
      const { seq } = await publish(received);
      const finished = finishedAlert(received, FAILED, seq);
      await store.outcomes.recordOutcomes({ outcomes: [{ alert: alertToProto(finished) }] });
      expect(await waiting).to.include({ uid, status: FAILED_STATUS });
      const other = receivedAlert(freshUid());
      await store.record([other]);
      const now = await store.client.getAlert({ uid: other.alert.uid, wait: { nanos: 50_000_000 } });
      expect(now.status).to.equal(RECEIVED);
      const missing = await failure(store.client.getAlert({ uid: 'never', wait: { nanos: 50_000_000 } }));
      expect(missing.code).to.equal(Code.NotFound);
      const wrong = await failure(store.client.getAlert({ uid, wait: { seconds: -1n } }));
      expect(violated(wrong)).to.deep.equal(['wait']);
    });

    it('distinguishes an alert that does not exist from a uid that is not valid', async () => {
      const missing = await failure(store.client.getAlert({ uid: 'nobody' }));
      expect(missing.code).to.equal(Code.NotFound);
      expect(missing.findDetails(ResourceInfoSchema)[0]).to.include({
        resourceType: 'vigie.alert.v1.Alert',
        resourceName: 'nobody',
      });
      const impossible = await failure(store.client.getAlert({ uid: "a'b" }));
      expect(impossible.code).to.equal(Code.InvalidArgument);
      expect(violated(impossible)).to.deep.equal(['uid']);
    });
  });

  describe('ReportRetries', () => {
    it('has an alert that is RECEIVED show what was tried, why it failed and when it is tried again', async () => {
      const received = receivedAlert(freshUid());
      const { uid } = received.alert;
      await store.record([received]);
      const nextAttemptAt = { seconds: 1_748_871_400n, nanos: 123_000_000 };
      const lastFailure = { code: Failure_Code.VIDEO_UNREACHABLE, message: 'refused' };
      const retry = { attempts: 2, lastFailure, nextAttemptAt };
      await store.outcomes.reportRetries({
        retries: [
          { uid, retry },
          { uid: 'nobody', retry },
        ],
      });
      const alert = await store.client.getAlert({ uid });
      expect(alert.status).to.equal(RECEIVED);
      expect(alert.retry).to.deep.include({ attempts: 2 });
      expect(alert.retry?.lastFailure).to.include(lastFailure);
      expect(alert.retry?.nextAttemptAt).to.include(nextAttemptAt);
      expect(violated(await failure(store.outcomes.reportRetries({})))).to.deep.equal(['retries']);
    });
  });

  describe('FindAlerts', () => {
    it('says which alerts are recorded, and tells their contents apart', async () => {
      const [a, b] = [receivedAlert(freshUid()), receivedAlert(freshUid(), { store: 'other' })];
      await store.record([a, b]);
      const index = createClient(AlertIndexService, store.transport);
      const { alerts } = await index.findAlerts({ uids: [a.alert.uid, b.alert.uid, 'nobody'] });
      expect(new Map(alerts.map(({ uid, contentHash }) => [uid, contentHash]))).to.deep.equal(
        new Map([a, b].map(({ alert }) => [alert.uid, contentHash(alert)])),
      );
      expect(violated(await failure(index.findAlerts({})))).to.deep.equal(['uids']);
    });
  });

  describe('ListAlerts', () => {
    const at = (seconds: number, micros = 0) => ({ timestampMicros: seconds * 1e6 + micros, store: 'lists' });

    it('gives pages that stay stable while alerts come in', async () => {
      const first = Array.from({ length: 7 }, (_, index) => receivedAlert(freshUid(), at(1_000 + index)));
      await store.record(first);
      const seen: string[] = [];
      let pageToken = '';
      do {
        const page = await store.client.listAlerts({ stores: ['lists'], pageSize: 3, pageToken });
        seen.push(...page.alerts.map(({ uid }) => uid));
        pageToken = page.nextPageToken;
        await store.record([receivedAlert(freshUid(), at(2_000 + seen.length))]);
      } while (pageToken !== '');
      expect(seen).to.deep.equal(first.map(({ alert }) => alert.uid).reverse());
    });

    it('gives pages in either order, by either time, filtered by all that there is', async () => {
      const video = '/videos/ordered.mp4';
      const ordered = { stores: ['orders'], video };
      const alerts = [3, 1, 2].map(second => receivedAlert(freshUid(), { ...at(second), store: 'orders', video }));
      for (const alert of alerts) await store.record([alert]);
      const inOrder = async (orderBy: string) => {
        const seen: string[] = [];
        let pageToken = '';
        do {
          const page = await store.client.listAlerts({ ...ordered, orderBy, pageSize: 1, pageToken });
          seen.push(...page.alerts.map(({ uid }) => uid));
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
        return seen;
      };
      const [third, first, second] = alerts.map(({ alert }) => alert.uid);
      expect(await inOrder('')).to.deep.equal([third, second, first]);
      expect(await inOrder('timestamp desc')).to.deep.equal([third, second, first]);
      expect(await inOrder('timestamp')).to.deep.equal([first, second, third]);
      expect(await inOrder('received_at')).to.deep.equal([third, first, second]);
      expect(await inOrder('received_at desc')).to.deep.equal([second, first, third]);
      const { receivedAt } = await store.client.getAlert({ uid: first as string });
      const count = async (filter: object) => (await store.client.listAlerts({ ...ordered, ...filter })).alerts.length;
      expect(await count({ receivedSince: receivedAt })).to.equal(2);
      expect(await count({ receivedUntil: receivedAt })).to.equal(1);
      expect(await count({ video: '/videos/other.mp4' })).to.equal(0);
      expect(await count({ failureCodes: [Failure_Code.NOT_A_VIDEO] })).to.equal(0);
    });

    it('takes since and until to the nanosecond', async () => {
      const alert = receivedAlert(freshUid(), { ...at(500, 7), store: 'instants' });
      await store.record([alert]);
      const count = async (since: number, until: number) => {
        const instant = (nanos: number) => ({ seconds: 500n, nanos });
        const request = { stores: ['instants'], since: instant(since), until: instant(until) };
        return (await store.client.listAlerts(request)).alerts.length;
      };
      expect(await count(7_000, 7_001)).to.equal(1);
      expect(await count(6_999, 7_000)).to.equal(0);
      expect(await count(7_001, 9_000)).to.equal(0);
      expect(await count(9_000, 1_000)).to.equal(0);
    });

    it('takes since and until at the end of the year 9999, which no alert reaches', async () => {
      const end = { seconds: 253_402_300_799n, nanos: 999_999_999 };
      await store.record([receivedAlert(freshUid(), { store: 'ends' })]);
      expect((await store.client.listAlerts({ stores: ['ends'], since: end })).alerts).to.deep.equal([]);
      expect((await store.client.listAlerts({ stores: ['ends'], until: end })).alerts).to.have.lengthOf(1);
      expect((await store.client.replayAlerts({ stores: ['ends'], since: end })).replayed).to.equal(0);
    });

    it('returns 50 by default, and never more than 1,000', async () => {
      await store.record(Array.from({ length: 1_001 }, () => receivedAlert(freshUid(), { store: 'many' })));
      expect((await store.client.listAlerts({ stores: ['many'] })).alerts).to.have.lengthOf(50);
      const page = await store.client.listAlerts({ stores: ['many'], pageSize: 5_000 });
      expect(page.alerts).to.have.lengthOf(1_000);
      const last = await store.client.listAlerts({
        stores: ['many'],
        pageSize: 5_000,
        pageToken: page.nextPageToken,
      });
      expect([last.alerts.length, last.nextPageToken]).to.deep.equal([1, '']);
    });

    it('never repeats or skips an alert that was there, whatever comes in meanwhile, in any order', async () => {
      const generated = fc.record({
        orderBy: fc.constantFrom('timestamp', 'timestamp desc', 'received_at', 'received_at desc'),
        pageSize: fc.integer({ min: 1, max: 4 }),
        seconds: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
        meanwhile: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(generated, async ({ orderBy, pageSize, seconds, meanwhile }) => {
          const name = `pages-${freshUid()}`;
          const received = (second: number) =>
            receivedAlert(freshUid(), { store: name, timestampMicros: second * 1e6 });
          const first = seconds.map(received);
          await store.record(first);
          const coming = meanwhile.values();
          const seen: string[] = [];
          let pageToken = '';
          do {
            const page = await store.client.listAlerts({ stores: [name], orderBy, pageSize, pageToken });
            seen.push(...page.alerts.map(({ uid }) => uid));
            pageToken = page.nextPageToken;
            const { value } = coming.next();
            if (value !== undefined) await store.record([received(value)]);
          } while (pageToken !== '');
          expect(new Set(seen).size).to.equal(seen.length);
          expect(seen).to.include.members(first.map(({ alert }) => alert.uid));
        }),
        { numRuns: 12 },
      );
    });

    it('returns the fields that the mask names, of a page and of one alert', async () => {
      const received = receivedAlert(freshUid(), { store: 'masks' });
      await store.record([received]);
      await store.outcomes.recordOutcomes({ outcomes: [{ alert: alertToProto(finishedAlert(received)) }] });
      const readMask = { paths: ['uid', 'media.video.codec'] };
      const { alerts } = await store.client.listAlerts({ stores: ['masks'], readMask });
      const alert = await store.client.getAlert({ uid: received.alert.uid, readMask });
      for (const masked of [...alerts, alert]) {
        expect(toJson(AlertSchema, masked)).to.deep.equal({
          uid: received.alert.uid,
          media: { video: { codec: SAMPLE_MEDIA.video.codec } },
        });
      }
      const whole = await store.client.getAlert({ uid: received.alert.uid, readMask: { paths: ['*'] } });
      expect(whole.media?.audioStreams).to.equal(SAMPLE_MEDIA.audioStreams);
      const wrong = await failure(store.client.getAlert({ uid: received.alert.uid, readMask: { paths: ['colour'] } }));
      expect(violated(wrong)).to.deep.equal(['read_mask']);
    });

    it('names the field that is wrong', async () => {
      const { nextPageToken } = await store.client.listAlerts({ pageSize: 1 });
      expect(nextPageToken).to.match(/^[A-Za-z0-9_-]+$/);
      const wrong: [MessageInitShape<typeof ListAlertsRequestSchema>, string][] = [
        [{ pageSize: -1 }, 'page_size'],
        [{ pageToken: 'nonsense' }, 'page_token'],
        [{ pageToken: Buffer.from('[1,"a b","x"]').toString('base64url') }, 'page_token'],
        [{ pageToken: nextPageToken, stores: ['other'] }, 'page_token'],
        [{ pageToken: nextPageToken, since: { seconds: 1n } }, 'page_token'],
        [{ stores: ['store-42', '\0'] }, 'stores[1]'],
        [{ stores: Array.from({ length: 101 }, (_, index) => `store-${index}`) }, 'stores'],
        [{ statuses: [42 as Alert_Status] }, 'statuses[0]'],
        [{ statuses: [Alert_Status.STATUS_UNSPECIFIED] }, 'statuses[0]'],
        [{ since: { seconds: -1n } }, 'since'],
        [{ receivedSince: { seconds: 1n, nanos: 1e9 } }, 'received_since'],
        [{ orderBy: 'uid' }, 'order_by'],
        [{ orderBy: 'timestamp', pageToken: nextPageToken }, 'page_token'],
        [{ failureCodes: [99 as Failure_Code] }, 'failure_codes[0]'],
        [{ codecs: ['H.264'] }, 'codecs[0]'],
        [{ minSizeBytes: -1n }, 'min_size_bytes'],
        [{ labels: ['camera'] }, 'labels[0]'],
        [{ readMask: { paths: ['uid', 'media.colour'] } }, 'read_mask'],
        [{ readMask: { paths: ['uid.length'] } }, 'read_mask'],
        [{ video: 'a.mp4' }, 'video'],
        [{ since: { seconds: 1n, nanos: 1e9 } }, 'since'],
        [{ until: { seconds: 253_402_300_800n } }, 'until'],
      ];
      for (const [request, field] of wrong) {
        const error = await failure(store.client.listAlerts(request));
        expect(error.code, JSON.stringify(field)).to.equal(Code.InvalidArgument);
        expect(violated(error)).to.deep.equal([field]);
      }
    });
  });

  describe('SummarizeAlerts', () => {
    it('counts by status, store and failure code, those of a window, and what changes at once', async () => {
      const [since, until] = [{ seconds: 7_200n }, { seconds: 90_000n }];
      const at = (seconds: number, name: string) =>
        receivedAlert(freshUid(), { store: name, timestampMicros: seconds * 1e6 });
      const alerts = [at(7_199, 'sums-1'), at(7_200, 'sums-1'), at(50_000, 'sums-2'), at(89_999, 'sums-2')];
      const stores = ['sums-1', 'sums-2'];
      await store.record([...alerts, at(90_000, 'sums-2')]);
      const failed = finishedAlert(alerts[2] as ReceivedAlert, FAILED);
      await store.outcomes.recordOutcomes({ outcomes: [{ alert: alertToProto(failed) }] });
      const summary = await store.client.summarizeAlerts({ stores, since, until });
      expect(toJson(SummarizeAlertsResponseSchema, summary)).to.deep.equal({
        alerts: '3',
        byStatus: [
          { status: 'RECEIVED', alerts: '2' },
          { status: 'FAILED', alerts: '1' },
        ],
        byStore: [
          { store: 'sums-2', alerts: '2' },
          { store: 'sums-1', alerts: '1' },
        ],
        byFailureCode: [{ failureCode: 'NOT_A_VIDEO', alerts: '1' }],
        stores: 2,
      });
      const count = async (filter: MessageInitShape<typeof SummarizeAlertsRequestSchema>) =>
        Number((await store.client.summarizeAlerts({ stores, ...filter })).alerts);
      expect(await count({})).to.equal(5);
      expect(await count({ statuses: [FAILED_STATUS] })).to.equal(1);
      expect(await count({ failureCodes: [Failure_Code.VIDEO_EMPTY] })).to.equal(0);
      expect(await count({ since: { seconds: 90_000n } })).to.equal(1);
    });

    it('names the field that is wrong', async () => {
      for (const [request, field] of [
        [{ since: { seconds: 1n, nanos: -1 } }, 'since'],
        [{ stores: ['\n'] }, 'stores[0]'],
        [{ statuses: [9] }, 'statuses[0]'],
      ] as [MessageInitShape<typeof SummarizeAlertsRequestSchema>, string][]) {
        expect(violated(await failure(store.client.summarizeAlerts(request)))).to.deep.equal([field]);
      }
    });
  });

  describe('WatchAlerts', () => {
    const report = (received: ReceivedAlert, outcome = finishedAlert(received)) => {
      const subject = outcome.outcome.status === 'PROCESSED' ? subjects.processed : subjects.failed;
      return stream.publish(subject(received.alert), encodeOutcomePayload(outcome));
    };
    const quarantine = ({ alert }: ReceivedAlert) =>
      publishQuarantined({
        client: stream,
        original: {
          subject: subjects.received(alert),
          payload: Buffer.from(encodeAlertPayload(alert)),
          streamSequence: ++uids,
          receivedAt: new Date('2025-06-02T13:35:21.123Z'),
          redrives: 0,
        },
        owner: alert,
        reason: 'VIDEO_UNREACHABLE',
        why: 'gave up\nafter an hour',
        attempts: 9,
      });

    it('sends every outcome that is recorded after its first response, in order', async () => {
      await report(receivedAlert(freshUid()));
      await using watch = await openWatch(store.client, {});
      const alerts = Array.from({ length: 300 }, () => receivedAlert(freshUid()));
      for (const alert of alerts) await report(alert);
      for (const { alert } of alerts) expect((await watch.next()).alert?.uid).to.equal(alert.uid);
    });

    it('sends only the stores and the statuses that were asked for', async () => {
      await using watch = await openWatch(store.client, {
        stores: ['Épicerie 3.14', 'none'],
        statuses: [PROCESSED, QUARANTINED],
      });
      const mine = receivedAlert(freshUid(), { store: 'Épicerie 3.14' });
      await report(receivedAlert(freshUid()));
      await report(mine, finishedAlert(mine, FAILED));
      await quarantine(receivedAlert(freshUid()));
      await report(mine);
      expect((await watch.next()).alert).to.include({ uid: mine.alert.uid, status: PROCESSED });
      await quarantine(mine);
      const { alert } = await watch.next();
      expect(alert).to.include({ uid: mine.alert.uid, status: QUARANTINED });
      expect(alert?.failure).to.include({
        code: Failure_Code.VIDEO_UNREACHABLE,
        message: 'gave up after an hour',
      });
      expect(alert?.effort?.attempts).to.equal(9);
      expect(alert?.receivedAt).to.deep.equal(timestampFromDate(new Date('2025-06-02T13:35:21.123Z')));
    });

    it('goes on after a resume token, in both streams, and misses nothing', async () => {
      const alerts = Array.from({ length: 4 }, () => receivedAlert(freshUid()));
      const [a, b, c, d] = alerts as [ReceivedAlert, ReceivedAlert, ReceivedAlert, ReceivedAlert];
      const seen: (string | undefined)[] = [];
      let resumeToken = '';
      {
        await using watch = await openWatch(store.client, {});
        await report(a);
        seen.push((await watch.next()).alert?.uid);
        await quarantine(b);
        const response = await watch.next();
        seen.push(response.alert?.uid);
        resumeToken = response.resumeToken;
      }
      await report(c);
      await quarantine(d);
      await using watch = await openWatch(store.client, { resumeToken });
      seen.push((await watch.next()).alert?.uid, (await watch.next()).alert?.uid);
      expect(seen).to.have.members(alerts.map(({ alert }) => alert.uid));
    });

    it('passes over what is no record', async () => {
      await using watch = await openWatch(store.client, {});
      await stream.publish('alerts.processed.x', 'no record');
      await stream.publish('alerts.quarantined.x', 'no alert');
      await stream.publish('alerts.quarantined.x', encodeAlertPayload(receivedAlert(freshUid()).alert));
      const alert = receivedAlert(freshUid());
      await report(alert);
      expect((await watch.next()).alert?.uid).to.equal(alert.alert.uid);
    });

    it('refuses a token that it never gave, and one whose outcomes are gone', async () => {
      const resume = async (resumeToken: string, more = {}) => {
        return failure(openWatch(store.client, { resumeToken, ...more }).then(watch => watch.next()));
      };
      for (const token of ['nonsense', Buffer.from('[1]').toString('base64url'), '%']) {
        const error = await resume(token);
        expect([error.code, ...violated(error)]).to.deep.equal([Code.InvalidArgument, 'resume_token']);
      }
      const { state } = await streams.streams.info('OUTCOMES');
      const future = Buffer.from(JSON.stringify([state.last_seq + 1, 0])).toString('base64url');
      expect(reasonOf(await resume(future, { statuses: [PROCESSED] }))).to.equal('RESUME_TOKEN_EXPIRED');
      const early = Buffer.from('[0,0]').toString('base64url');
      await streams.streams.purge('OUTCOMES', { seq: state.first_seq + 1 });
      const expired = await resume(early, { statuses: [PROCESSED] });
      expect([expired.code, reasonOf(expired)]).to.deep.equal([Code.OutOfRange, 'RESUME_TOKEN_EXPIRED']);
    });

    it('has one consumer of each stream, however many watch', async () => {
      await using first = await openWatch(store.client, {});
      await using second = await openWatch(store.client, { stores: ['store-42'] });
      await using third = await openWatch(store.client, { statuses: [FAILED_STATUS] });
      const failed = receivedAlert(freshUid(), { store: 'store-42' });
      await report(failed, finishedAlert(failed, FAILED));
      for (const watch of [first, second, third]) expect((await watch.next()).alert?.uid).to.equal(failed.alert.uid);
      expect((await streams.streams.info('OUTCOMES')).state.consumer_count).to.equal(1);
    });

    it('names the oldest token that is still good to one whose outcomes are gone', async () => {
      const { state } = await streams.streams.info('OUTCOMES');
      const alert = receivedAlert(freshUid());
      await report(receivedAlert(freshUid()));
      await report(alert);
      await streams.streams.purge('OUTCOMES', { seq: state.last_seq + 2 });
      const early = Buffer.from('[0,0]').toString('base64url');
      const expired = await failure(openWatch(store.client, { resumeToken: early, statuses: [PROCESSED] }));
      const oldest = expired.findDetails(ErrorInfoSchema)[0]?.metadata.oldest_resume_token ?? '';
      expect(expired.rawMessage).to.contain(oldest);
      await using watch = await openWatch(store.client, { resumeToken: oldest, statuses: [PROCESSED] });
      expect((await watch.next()).alert?.uid).to.equal(alert.alert.uid);
    });

    it('ends with UNAVAILABLE when the stream of outcomes is made anew, and refuses its old tokens', async () => {
      await using watch = await openWatch(store.client, {});
      await report(receivedAlert(freshUid()));
      const { resumeToken } = await watch.next();
      const { config } = await streams.streams.info('OUTCOMES');
      await streams.streams.delete('OUTCOMES');
      await streams.streams.add(config);
      const lost = await failure(watch.next());
      expect([lost.code, reasonOf(lost)]).to.deep.equal([Code.Unavailable, 'OUTCOMES_LOST']);
      const refused = await failure(openWatch(store.client, { resumeToken }));
      expect([refused.code, reasonOf(refused)]).to.deep.equal([Code.OutOfRange, 'RESUME_TOKEN_OF_LOST_STREAM']);
    });

    it('names the field that is wrong', async () => {
      const refused = async (request: object) =>
        violated(await failure(openWatch(store.client, request).then(watch => watch.next())));
      expect(await refused({ statuses: [RECEIVED] })).to.deep.equal(['statuses']);
      const wrong = { stores: ['a', '\n'], labels: ['camera'], statuses: [42] };
      expect(await refused(wrong)).to.have.members(['stores[1]', 'labels[0]', 'statuses']);
    });

    it('ends with its caller', async () => {
      const watchers = async () =>
        (await store.metrics.getSingleMetric('vigie_store_watchers')?.get())?.values[0]?.value;
      const consumers = async () => (await streams.streams.info('OUTCOMES')).state.consumer_count;
      {
        await using watch = await openWatch(store.client, {});
        const alert = receivedAlert(freshUid());
        await report(alert);
        await watch.next();
        expect(await watchers()).to.be.at.least(1);
        expect(await consumers()).to.be.at.least(1);
      }
      await waitFor('no watcher', async () => ((await watchers()) === 0 ? true : undefined));
      await waitFor('no consumer', async () => ((await consumers()) === 0 ? true : undefined));
    });
  });

  it('asks callers to try again while Postgres is gone, and then records what was accepted meanwhile', async () => {
    postgres.kill('SIGKILL');
    await postgres.waitUntilExited();
    const alerts = Array.from({ length: 20 }, () => receivedAlert(freshUid()));
    for (const alert of alerts) await publish(alert);
    const outcome = { alert: alertToProto(finishedAlert(receivedAlert(freshUid()))) };
    const error = await failure(store.outcomes.recordOutcomes({ outcomes: [outcome] }));
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.Unavailable, 'STORE_UNREACHABLE']);
    expect(error.findDetails(RetryInfoSchema)).to.have.lengthOf(1);
    expect(error.message).not.to.match(/ECONN|5432|127\.0/);
    await waitFor('not ready', async () => ((await store.health.readiness()).ready ? undefined : true));
    await postgres.start();
    for (const { alert } of alerts) await recorded(alert.uid);
    expect(await store.health.readiness()).to.have.property('ready', true);
  });
});

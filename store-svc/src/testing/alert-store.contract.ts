import {
  type Alert,
  type AlertRecord,
  contentHash,
  isFinished,
  type Labels,
  type Outcome,
  type PendingRetry,
  type ReceivedAlert,
  statusOf,
} from '@vigie/alert';
import { SAMPLE_MEDIA, SPARSE_MEDIA } from '@vigie/alert/testing';
import { expect } from 'chai';
import { createRecordArrival, recordArrivals } from '../application/record-arrival.ts';
import { createRecordOutcome, recordOutcomes } from '../application/record-outcome.ts';
import type { AlertArrival } from '../domain/alert-arrival.ts';
import { type AlertFilter, placeOf } from '../domain/alert-filter.ts';
import type { AwaitingPosition } from '../domain/awaiting-alert.ts';
import type { CurrentAlert } from '../domain/current-alert.ts';
import type { FoundOutcome } from '../domain/found-outcome.ts';
import type { RetiringAlert } from '../domain/retired-alert.ts';
import type { AlertStore, AlertStores } from '../ports/alert-store.ts';
import {
  arrivalOf,
  FAILED,
  finishedAlert,
  found,
  foundAgain,
  PROCESSED,
  QUARANTINED,
  receivedAlert,
  SAMPLE_MICROS,
} from './sample-alerts.ts';

/**
 * What all AlertStores do when the use cases decide what they store.
 *
 * @param openEmpty stores without rows
 */
export function describeAlertStores(openEmpty: () => Promise<AlertStores>): void {
  let stores: AlertStores;
  let store: AlertStore;
  beforeEach(async () => {
    stores = await openEmpty();
    store = stores.of('default');
  });

  const recordAll = async (arrivals: readonly AlertArrival[]) =>
    (await recordArrivals(store, arrivals)).map(({ kind }) => kind);
  const recordReceived = (alerts: readonly ReceivedAlert[]) => recordAll(alerts.map(alert => arrivalOf(alert)));
  const recordFound = async (outcomes: readonly FoundOutcome[]) =>
    (await recordOutcomes(store, outcomes)).map(({ kind }) => kind);

  describe('two tenants', () => {
    const ofAcme = (uid: string, alert: Partial<Alert> = {}) => receivedAlert(uid, { tenant: 'acme', ...alert });
    const retry = {
      attempts: 1,
      lastFailure: { code: 'VIDEO_UNREACHABLE', message: 'away' },
      nextAttemptAt: new Date('2026-01-02T03:04:05.678Z'),
    } as const;
    let acme: AlertStore;

    beforeEach(async () => {
      acme = stores.of('acme');
      const recordAlert = createRecordArrival(stores);
      const arrivals = [receivedAlert('a'), ofAcme('a', { video: '/videos/acme.mp4' }), receivedAlert('b')];
      const results = await Promise.all(
        arrivals.map((received, index) => recordAlert(arrivalOf(received, { sequence: index + 1 }))),
      );
      expect(results.map(({ kind }) => kind)).to.deep.equal(['RECORDED', 'RECORDED', 'RECORDED']);
    });

    it('have an alert each of one uid', async () => {
      expect((await store.get('a'))?.alert).to.include({ tenant: 'default', video: '/videos/a.mp4' });
      expect((await acme.get('a'))?.alert).to.include({ tenant: 'acme', video: '/videos/acme.mp4' });
      expect(await acme.get('b')).to.equal(undefined);
      expect([...(await acme.find(['a', 'b'])).keys()]).to.deep.equal(['a']);
      expect((await acme.list({}, 9)).map(({ alert }) => alert.uid)).to.deep.equal(['a']);
      expect((await store.list({ uids: ['a', 'b'] }, 9)).map(({ alert }) => alert.tenant)).to.deep.equal([
        'default',
        'default',
      ]);
    });

    it('change nothing of one another', async () => {
      const before = await store.get('a');
      const recordOutcome = createRecordOutcome(stores);
      expect(
        await recordOutcome(found(finishedAlert(ofAcme('a', { video: '/videos/acme.mp4' }), PROCESSED, 2))),
      ).to.deep.equal({
        kind: 'RECORDED',
      });
      expect(await recordOutcome(found(finishedAlert(ofAcme('b'), PROCESSED, 3)))).to.deep.equal({
        kind: 'UNKNOWN_ALERT',
      });
      await acme.noteRetries([{ uid: 'b', retry }]);
      await acme.awaitOutcome('a', 9);
      await acme.displace(arrivalOf(ofAcme('b'), { sequence: 1 }));
      expect(await store.get('a')).to.deep.equal(before);
      expect(await store.get('b')).to.deep.equal(receivedAlert('b'));
      expect(statusOf((await acme.get('a')) as AlertRecord)).to.equal('PROCESSED');
    });

    it('lose no rows to one another', async () => {
      await createRecordOutcome(stores)(found(finishedAlert(receivedAlert('b'), PROCESSED, 3)));
      const { alert, sequence, outcomeSequence } = (await store.find(['b'])).get('b') as CurrentAlert;
      const retiring = [{ uid: 'b', contentHash: contentHash(alert), sequence, outcomeSequence: outcomeSequence ?? 0 }];
      expect(await acme.retire(retiring, 'DELETED')).to.deep.equal(new Set());
      expect(await store.retire(retiring, 'DELETED')).to.deep.equal(new Set(['b']));
      expect([...(await acme.find(['b'])).keys()]).to.deep.equal([]);
      const again = await recordArrivals(acme, [arrivalOf(ofAcme('b'), { sequence: 7 })]);
      expect(again).to.deep.equal([{ kind: 'RECORDED' }]);
    });

    it('are known, and looked after together', async () => {
      expect(await stores.tenants()).to.deep.equal(['acme', 'default']);
      const awaiting = await stores.findAwaiting(
        { finishedThrough: 9, receivedBefore: new Date(), firstSequence: 1 },
        9,
      );
      expect(awaiting.map(({ alert }) => [alert.tenant, alert.uid])).to.deep.equal([
        ['default', 'a'],
        ['acme', 'a'],
        ['default', 'b'],
      ]);
      expect(await stores.lastPosition()).to.equal(3);
      expect((await stores.countReceived(new Date())).alerts).to.equal(3);
    });
  });

  describe('recording alerts', () => {
    it('keeps an alert as it came, to the microsecond', async () => {
      const alerts = [
        receivedAlert('a', { timestampMicros: SAMPLE_MICROS, store: `d'Évry \\ "?" ??` }),
        receivedAlert('b', { timestampMicros: 1, video: `/it's/a.mp4` }),
        receivedAlert('c', { timestampMicros: 2_534_023_007_999_999 }),
        receivedAlert('d', { timestampMicros: 999_999 }),
      ];
      expect(await recordReceived(alerts)).to.deep.equal(Array(4).fill('RECORDED'));
      for (const received of alerts) {
        expect(await store.get(received.alert.uid)).to.deep.equal(received);
      }
    });

    it('leaves a row as it is, and distinguishes the same alert from another one', async () => {
      const first = receivedAlert('a');
      await recordReceived([first]);
      const results = await recordReceived([
        { ...receivedAlert('a'), traceId: 'f'.repeat(32) },
        receivedAlert('b'),
        receivedAlert('a', { video: '/videos/b.mp4' }),
        receivedAlert('a', { timestampMicros: SAMPLE_MICROS + 1 }),
        receivedAlert('a', { store: 'store-43' }),
      ]);
      expect(results).to.deep.equal(['UNCHANGED', 'RECORDED', 'CONFLICT', 'CONFLICT', 'CONFLICT']);
      expect(await store.get('a')).to.deep.equal(first);
    });

    it('makes the first of a uid within one batch current', async () => {
      const first = receivedAlert('a', { video: '/videos/first.mp4' });
      const results = await recordReceived([
        first,
        receivedAlert('a', { video: '/videos/second.mp4' }),
        receivedAlert('a', { video: '/videos/first.mp4' }),
      ]);
      expect(results).to.deep.equal(['RECORDED', 'CONFLICT', 'UNCHANGED']);
      expect(await store.get('a')).to.deep.equal(first);
    });

    it('does not touch an alert that has its outcome', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      await recordFound([found(finishedAlert(received))]);
      expect(await recordReceived([received])).to.deep.equal(['UNCHANGED']);
      expect(await store.get('a')).to.deep.equal(finishedAlert(received));
    });
  });

  describe('two alerts with one uid', () => {
    const first = receivedAlert('a', { video: '/videos/first.mp4' });
    const second = receivedAlert('a', { video: '/videos/second.mp4' });

    it('makes the first in the stream current, in whatever order a batch has them', async () => {
      const batch = [arrivalOf(second, { sequence: 7 }), arrivalOf(first, { sequence: 5 })];
      expect(await recordAll(batch)).to.deep.equal(['CONFLICT', 'RECORDED']);
      expect(await store.get('a')).to.deep.equal(first);
    });

    it('reports that a later alert has the row, and gives the row to the first one, without the outcome of the later', async () => {
      await recordAll([arrivalOf(second, { sequence: 7 })]);
      await recordFound([found(finishedAlert(second, PROCESSED, 7))]);
      const arrival = arrivalOf(first, { sequence: 5 });
      const later = { ...second, sequence: 7, status: 'PROCESSED', outcomeSequence: 7 } as const;
      expect(await recordArrivals(store, [arrival])).to.deep.equal([{ kind: 'DISPLACES', later }]);
      expect(await store.get('a')).to.deep.equal(finishedAlert(second, PROCESSED, 7));
      await store.displace(arrival);
      expect(await store.get('a')).to.deep.equal(first);
      expect(await recordAll([arrival, arrivalOf(second, { sequence: 7 })])).to.deep.equal(['UNCHANGED', 'CONFLICT']);
    });

    it('displaces no alert that came first, and none twice', async () => {
      await recordAll([arrivalOf(first, { sequence: 5 })]);
      const finished = finishedAlert(first, PROCESSED, 5);
      await recordFound([found(finished)]);
      await store.displace(arrivalOf(second, { sequence: 7 }));
      await store.displace(arrivalOf(first, { sequence: 5 }));
      expect(await store.get('a')).to.deep.equal(finished);
    });

    it('asks for the outcome of the first one again until it has its row', async () => {
      await recordAll([arrivalOf(second, { sequence: 7 })]);
      const outcome = finishedAlert(first, PROCESSED, 5);
      expect(await recordFound([found(outcome)])).to.deep.equal(['UNKNOWN_ALERT']);
      await store.displace(arrivalOf(first, { sequence: 5 }));
      const outcomes = [found(outcome), found(finishedAlert(second, PROCESSED, 7))];
      expect(await recordFound(outcomes)).to.deep.equal(['RECORDED', 'CONFLICT']);
    });

    it('knows who came first by the earliest message of each', async () => {
      await recordAll([arrivalOf(first, { sequence: 9 })]);
      expect(await recordAll([arrivalOf(first, { sequence: 5 })])).to.deep.equal(['UNCHANGED']);
      expect(await recordAll([arrivalOf(second, { sequence: 7 })])).to.deep.equal(['CONFLICT']);
    });
  });

  describe('recording outcomes', () => {
    for (const outcome of [PROCESSED, FAILED, QUARANTINED, { status: 'PROCESSED', media: SPARSE_MEDIA } as const]) {
      it(`keeps all of an outcome that is ${outcome.status}`, async () => {
        const received = receivedAlert('a');
        await recordReceived([received]);
        const finished = finishedAlert(received, outcome);
        expect(await recordFound([found(finished)])).to.deep.equal(['RECORDED']);
        expect(await store.get('a')).to.deep.equal(finished);
      });
    }

    it('keeps when and in which trace the alert was received', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      await recordFound([found({ ...finishedAlert(received), receivedAt: new Date(0), traceId: '' })]);
      expect(await store.get('a')).to.deep.equal(finishedAlert(received));
    });

    it('never makes a row', async () => {
      expect(await recordFound([found(finishedAlert(receivedAlert('a')))])).to.deep.equal(['UNKNOWN_ALERT']);
      expect(await store.get('a')).to.equal(undefined);
    });

    it('leaves the row of another alert alone', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      const others = [{ video: '/videos/b.mp4' }, { store: 'x' }, { timestampMicros: SAMPLE_MICROS - 1 }];
      const outcomes = others.map(other => found(finishedAlert(receivedAlert('a', other))));
      expect(await recordFound(outcomes)).to.deep.equal(['CONFLICT', 'CONFLICT', 'CONFLICT']);
      expect(await store.get('a')).to.deep.equal(received);
    });

    it('keeps the first outcome current, however often the client sent the alert and whoever found another one', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      const first = finishedAlert(received, FAILED, 5);
      expect(await recordFound([found(first)])).to.deep.equal(['RECORDED']);
      const lateDuplicate = finishedAlert(received, PROCESSED, 6);
      const frozenReplica = finishedAlert(received, PROCESSED, 4);
      expect(await recordFound([found(lateDuplicate), found(frozenReplica)])).to.deep.equal([
        'SUPERSEDED',
        'SUPERSEDED',
      ]);
      expect(await store.get('a')).to.deep.equal(first);
    });

    it('answers another outcome of the same message with the current one', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      const first = finishedAlert(received, QUARANTINED, 5);
      await recordFound([found(first)]);
      const again = { ...finishedAlert(received, PROCESSED, 5), receivedAt: new Date(0) };
      expect(await recordOutcomes(store, [found(again)])).to.deep.equal([{ kind: 'UNCHANGED', current: first }]);
      expect(await store.get('a')).to.deep.equal(first);
    });

    it('lets a replay replace the outcome of an earlier message, and never that of a later one', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      await recordFound([found(finishedAlert(received, FAILED, 5))]);
      const replayed = finishedAlert(received, PROCESSED, 9);
      const found9 = foundAgain({ ...replayed, receivedAt: new Date(0), traceId: 'f'.repeat(32) });
      expect(await recordOutcomes(store, [found9])).to.deep.equal([{ kind: 'RECORDED', current: replayed }]);
      const earlier = finishedAlert(received, FAILED, 8);
      const first = finishedAlert(received, FAILED, 5);
      expect(await recordFound([foundAgain(earlier), found(first)])).to.deep.equal(['SUPERSEDED', 'SUPERSEDED']);
      expect(await store.get('a')).to.deep.equal(replayed);
    });

    it('answers no outcome with that of another message if a replay comes in the same batch', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      const first = finishedAlert(received, FAILED, 5);
      await recordFound([found(first)]);
      const replayed = finishedAlert(received, PROCESSED, 9);
      expect(await recordFound([found(first), foundAgain(replayed)])).to.deep.equal(['SUPERSEDED', 'RECORDED']);
      expect(await store.get('a')).to.deep.equal(replayed);
    });

    it('forgets what was found of a video once a replay finds none', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      await recordFound([found(finishedAlert(received))]);
      const replayed = finishedAlert(received, FAILED, 2);
      await recordFound([foundAgain(replayed)]);
      expect(await store.get('a')).to.deep.equal(replayed);
    });

    it('decides several outcomes of one uid within a batch as if they came one by one', async () => {
      const [a, b] = [receivedAlert('a'), receivedAlert('b')];
      await recordReceived([b, a]);
      const replayed = finishedAlert(a, FAILED, 2);
      const results = await recordFound([
        found(finishedAlert(b)),
        found(finishedAlert(a)),
        found(finishedAlert(receivedAlert('c'))),
        foundAgain(replayed),
        found(finishedAlert(a)),
        foundAgain(replayed),
        found(finishedAlert(receivedAlert('a', { store: 'other' }))),
      ]);
      expect(results).to.deep.equal([
        ...['RECORDED', 'RECORDED', 'UNKNOWN_ALERT', 'RECORDED', 'SUPERSEDED', 'UNCHANGED', 'CONFLICT'],
      ]);
      expect(await store.get('a')).to.deep.equal(replayed);
      expect(await store.get('b')).to.deep.equal(finishedAlert(b));
    });
  });

  describe('an alert that is published to be probed again', () => {
    const replay = (received: ReceivedAlert, sequence: number) =>
      recordAll([arrivalOf(received, { sequence, isReplay: true })]);

    it('is RECEIVED again if it was quarantined, and takes its new outcome', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      await recordFound([found(finishedAlert(received, QUARANTINED, 5))]);
      expect(await replay(receivedAlert('a'), 9)).to.deep.equal(['REOPENED']);
      expect(await store.get('a')).to.deep.equal(received);
      const redriven = finishedAlert(received, PROCESSED, 9);
      expect(await recordFound([foundAgain(redriven)])).to.deep.equal(['RECORDED']);
      expect(await store.get('a')).to.deep.equal(redriven);
    });

    it('keeps the outcome that it found already', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      const quarantinedAgain = finishedAlert(received, QUARANTINED, 9);
      await recordFound([foundAgain(quarantinedAgain)]);
      expect(await replay(received, 9)).to.deep.equal(['UNCHANGED']);
      expect(await store.get('a')).to.deep.equal(quarantinedAgain);
    });

    for (const outcome of [PROCESSED, FAILED]) {
      it(`stays ${outcome.status} until its new outcome is found`, async () => {
        const received = receivedAlert('a');
        await recordReceived([received]);
        const finished = finishedAlert(received, outcome, 5);
        await recordFound([found(finished)]);
        expect(await replay(received, 9)).to.deep.equal(['UNCHANGED']);
        expect(await store.get('a')).to.deep.equal(finished);
      });
    }

    it('stays quarantined when only the client sends it once more', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      const finished = finishedAlert(received, QUARANTINED, 5);
      await recordFound([found(finished)]);
      expect(await recordAll([arrivalOf(received, { sequence: 9 })])).to.deep.equal(['UNCHANGED']);
      expect(await store.get('a')).to.deep.equal(finished);
    });

    it('never replaces another alert of its uid', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      const finished = finishedAlert(received, QUARANTINED, 5);
      await recordFound([found(finished)]);
      expect(await replay(receivedAlert('a', { store: 'other' }), 9)).to.deep.equal(['CONFLICT']);
      expect(await store.get('a')).to.deep.equal(finished);
    });
  });

  describe('an alert that is retired', () => {
    const retiring = (received: ReceivedAlert, change: Partial<RetiringAlert> = {}): RetiringAlert => ({
      ...{ uid: received.alert.uid, contentHash: contentHash(received.alert), sequence: 1, outcomeSequence: 1 },
      ...change,
    });
    const received = receivedAlert('a');

    beforeEach(async () => {
      await recordReceived([received, receivedAlert('b')]);
      await recordFound([found(finishedAlert(received))]);
    });

    it('has no row any more, and its uid stays taken', async () => {
      expect(await store.retire([retiring(received)], 'DELETED')).to.deep.equal(new Set(['a']));
      expect(await store.get('a')).to.equal(undefined);
      expect(await store.list({}, 9)).to.have.lengthOf(1);
      const known = { uid: 'a', retirement: 'DELETED', contentHash: contentHash(received.alert) };
      expect((await store.find(['a', 'b', 'c'])).get('a')).to.deep.equal(known);
      const others = [
        arrivalOf(received, { sequence: 7 }),
        arrivalOf(receivedAlert('a', { store: 'x' }), { sequence: 8 }),
      ];
      expect(await recordAll([...others, arrivalOf(receivedAlert('c'), { sequence: 9 })])).to.deep.equal([
        'UNCHANGED',
        'CONFLICT',
        'RECORDED',
      ]);
      expect(await recordFound([found(finishedAlert(received, FAILED, 7))])).to.deep.equal(['SUPERSEDED']);
      expect(await recordFound([found(finishedAlert(receivedAlert('a', { store: 'x' }), FAILED, 8))])).to.deep.equal([
        'CONFLICT',
      ]);
      expect(await store.get('a')).to.equal(undefined);
      expect(await store.retire([retiring(received)], 'DELETED')).to.deep.equal(new Set());
    });

    it('was finished, waited for nothing, and was as it was read', async () => {
      const all = [
        retiring(receivedAlert('b')),
        retiring(received, { outcomeSequence: 2 }),
        retiring(received, { sequence: 2 }),
        retiring(receivedAlert('none')),
      ];
      for (const each of all) expect(await store.retire([each], 'DELETED')).to.deep.equal(new Set());
      await recordAll([arrivalOf(received, { sequence: 5, isReplay: true })]);
      expect(await store.retire([retiring(received)], 'DELETED')).to.deep.equal(new Set());
      expect(await store.get('a')).to.deep.equal(finishedAlert(received));
    });
  });

  describe('attempts that failed', () => {
    const retryOf = (attempts: number): PendingRetry => ({
      attempts,
      lastFailure: { code: 'VIDEO_UNREACHABLE', message: `it's "away" for the ${attempts}. time` },
      nextAttemptAt: new Date(1_748_871_400_123 + attempts),
    });

    it('are told with the alert until it has its outcome, the latest of them', async () => {
      const received = receivedAlert('a');
      await recordReceived([received, receivedAlert('b')]);
      await store.noteRetries([
        { uid: 'a', retry: retryOf(1) },
        { uid: 'nobody', retry: retryOf(1) },
      ]);
      await store.noteRetries([{ uid: 'a', retry: retryOf(2) }]);
      expect(await store.get('a')).to.deep.equal({ ...received, retry: retryOf(2) });
      expect(await store.get('b')).to.deep.equal(receivedAlert('b'));
      expect(await store.list({ uids: ['a'] }, 9)).to.deep.equal([{ ...received, retry: retryOf(2) }]);
      await recordFound([found(finishedAlert(received))]);
      expect(await store.get('a')).to.deep.equal(finishedAlert(received));
      await store.noteRetries([{ uid: 'a', retry: retryOf(3) }]);
      expect(await store.get('a')).to.deep.equal(finishedAlert(received));
    });

    it('begin anew once a quarantined alert is published again', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      await store.noteRetries([{ uid: 'a', retry: retryOf(9) }]);
      await recordFound([found(finishedAlert(received, QUARANTINED, 1))]);
      await recordAll([arrivalOf(received, { sequence: 5, isReplay: true })]);
      expect(await store.get('a')).to.deep.equal(received);
      await store.noteRetries([{ uid: 'a', retry: retryOf(1) }]);
      expect(await store.get('a')).to.deep.equal({ ...received, retry: retryOf(1) });
    });
  });

  describe('listing', () => {
    const at = (uid: string, timestampMicros: number, store = 'store-42') =>
      receivedAlert(uid, { timestampMicros, store });
    const uids = (records: readonly ReceivedAlert[]) => records.map(({ alert }) => alert.uid);

    it('puts the latest first, of equal ones the greatest uid', async () => {
      await recordReceived([at('a', 10), at('C', 20), at('b', 20), at('B', 20), at('d', 9)]);
      expect(uids(await store.list({}, 10))).to.deep.equal(['b', 'C', 'B', 'a', 'd']);
      expect(uids(await store.list({}, 2))).to.deep.equal(['b', 'C']);
    });

    it('goes on after a place, to the microsecond and the uid, there or not', async () => {
      await recordReceived([at('a', 20), at('b', 20), at('c', 21), at('d', 19)]);
      expect(uids(await store.list({}, 9, { micros: 20, uid: 'b' }))).to.deep.equal(['a', 'd']);
      expect(uids(await store.list({}, 9, { micros: 20, uid: 'aa' }))).to.deep.equal(['a', 'd']);
      expect(uids(await store.list({}, 1, { micros: 21, uid: 'c' }))).to.deep.equal(['b']);
    });

    it('holds all filters together', async () => {
      const batch = [at('a', 10), at('b', 11), at('c', 12), at('d', 11, 'other'), at('e', 11)];
      await recordReceived(batch);
      await recordFound([found(finishedAlert(batch[1] as ReceivedAlert))]);
      expect(uids(await store.list({ sinceMicros: 11, untilMicros: 12 }, 9))).to.deep.equal(['e', 'd', 'b']);
      expect(uids(await store.list({ stores: ['other', 'none'] }, 9))).to.deep.equal(['d']);
      expect(uids(await store.list({ statuses: ['RECEIVED'], stores: ['store-42'] }, 9))).to.deep.equal([
        'c',
        'e',
        'a',
      ]);
      const all: AlertFilter = { statuses: ['PROCESSED'], stores: ['store-42'], sinceMicros: 11, untilMicros: 12 };
      expect(uids(await store.list({ statuses: ['RECEIVED', 'PROCESSED'], sinceMicros: 12 }, 9))).to.deep.equal(['c']);
      expect(uids(await store.list(all, 9))).to.deep.equal(['b']);
      expect(await store.list({ ...all, untilMicros: 11 }, 9)).to.deep.equal([]);
    });

    it('finds alerts by video, reason, uid and when they were received', async () => {
      const receivedAt = (second: number) => new Date(`2025-06-02T13:35:0${second}.500Z`);
      const batch = ['a', 'b', 'c', 'd'].map((uid, second) => ({
        ...receivedAlert(uid, { video: `/videos/${second % 2}.mp4` }),
        receivedAt: receivedAt(second),
      }));
      await recordReceived(batch);
      const [a, , c] = batch as [ReceivedAlert, ReceivedAlert, ReceivedAlert];
      await recordFound([found(finishedAlert(a, FAILED)), found(finishedAlert(c, QUARANTINED))]);
      const micros = (second: number) => receivedAt(second).getTime() * 1_000;
      expect(uids(await store.list({ video: '/videos/1.mp4' }, 9))).to.deep.equal(['d', 'b']);
      expect(uids(await store.list({ failureCodes: ['NOT_A_VIDEO'] }, 9))).to.deep.equal(['a']);
      expect(uids(await store.list({ failureCodes: ['VIDEO_UNREACHABLE', 'NOT_A_VIDEO'] }, 9))).to.deep.equal([
        'c',
        'a',
      ]);
      expect(uids(await store.list({ uids: ['d', 'a', 'none'] }, 9))).to.deep.equal(['d', 'a']);
      const between = { receivedSinceMicros: micros(1), receivedUntilMicros: micros(3) };
      expect(uids(await store.list(between, 9))).to.deep.equal(['c', 'b']);
      expect(uids(await store.list({ ...between, receivedSinceMicros: micros(1) + 1 }, 9))).to.deep.equal(['c']);
      expect(uids(await store.list({ ...between, video: '/videos/1.mp4' }, 9))).to.deep.equal(['b']);
    });

    it('finds alerts by the codec and the size of their videos', async () => {
      const media = { ...SAMPLE_MEDIA, video: { ...SAMPLE_MEDIA.video, codec: 'hevc' } };
      const outcomes: [string, Outcome][] = [
        ['a', { status: 'PROCESSED', media: { ...media, sizeBytes: 1_000 } }],
        ['b', { status: 'PROCESSED', media: { ...SAMPLE_MEDIA, sizeBytes: 2_000 } }],
        ['c', { status: 'PROCESSED', media: { ...media, sizeBytes: null } }],
        ['d', FAILED],
      ];
      await recordReceived([...outcomes.map(([uid]) => receivedAlert(uid)), receivedAlert('e')]);
      await recordFound(outcomes.map(([uid, outcome]) => found(finishedAlert(receivedAlert(uid), outcome))));
      const { codec } = SAMPLE_MEDIA.video;
      expect(uids(await store.list({ codecs: ['hevc'] }, 9))).to.deep.equal(['c', 'a']);
      expect(uids(await store.list({ codecs: [codec, 'hevc'] }, 9))).to.deep.equal(['c', 'b', 'a']);
      expect(uids(await store.list({ codecs: ['none'] }, 9))).to.deep.equal([]);
      expect(uids(await store.list({ minSizeBytes: 1_000 }, 9))).to.deep.equal(['b', 'a']);
      expect(uids(await store.list({ minSizeBytes: 1_001, maxSizeBytes: 2_000 }, 9))).to.deep.equal(['b']);
      expect(uids(await store.list({ maxSizeBytes: 1_999, codecs: ['hevc'] }, 9))).to.deep.equal(['a']);
    });

    it('finds alerts by all of several labels, whatever they hold, and returns these', async () => {
      const labelled = (uid: string, labels: Labels) => receivedAlert(uid, { labels });
      const odd = { a: `it's "odd", {b}=\\ ?`, b: '', constructor: 'null' };
      const batch = [
        labelled('a', { camera: '3', zone: 'till' }),
        labelled('b', { camera: '3' }),
        labelled('c', odd),
        receivedAlert('d'),
      ];
      await recordReceived(batch);
      await recordFound(batch.map(alert => found(finishedAlert(alert))));
      expect(uids(await store.list({ labels: ['camera=3'] }, 9))).to.deep.equal(['b', 'a']);
      expect(uids(await store.list({ labels: ['zone=till', 'camera=3'] }, 9))).to.deep.equal(['a']);
      expect(uids(await store.list({ labels: ['camera=4'] }, 9))).to.deep.equal([]);
      for (const [key, value] of Object.entries(odd)) {
        expect(uids(await store.list({ labels: [`${key}=${value}`] }, 9))).to.deep.equal(['c']);
      }
      expect(await store.list({}, 9)).to.deep.equal(batch.map(alert => finishedAlert(alert)).reverse());
      expect((await store.find(['c'])).get('c')).to.deep.include({ alert: batch[2]?.alert });
      expect(
        await recordReceived([labelled('b', { camera: '4' }), labelled('a', { zone: 'till', camera: '3' })]),
      ).to.deep.equal(['CONFLICT', 'UNCHANGED']);
    });

    it('lists by either time, both ways, and goes on after a place', async () => {
      const received = (uid: string, timestampMicros: number, second: number) => ({
        ...receivedAlert(uid, { timestampMicros }),
        receivedAt: new Date(second * 1_000),
      });
      await recordReceived([received('a', 10, 3), received('b', 10, 2), received('c', 20, 2), received('d', 30, 1)]);
      for (const [by, ascending] of [
        ['timestamp', ['a', 'b', 'c', 'd']],
        ['received_at', ['d', 'b', 'c', 'a']],
      ] as const) {
        for (const isDescending of [false, true]) {
          const order = { by, isDescending };
          const expected = isDescending ? ascending.toReversed() : [...ascending];
          const all = await store.list({}, 9, undefined, order);
          expect(uids(all), `${by} ${isDescending}`).to.deep.equal(expected);
          for (const [index, record] of all.entries()) {
            const rest = await store.list({}, 9, placeOf(record, order), order);
            expect(uids(rest)).to.deep.equal(expected.slice(index + 1));
          }
        }
      }
    });

    it('takes the end of the year 9999 as any other time', async () => {
      await recordReceived([at('a', 10)]);
      const end = 253_402_300_800_000_000;
      expect(await store.list({ sinceMicros: end }, 9)).to.deep.equal([]);
      expect(uids(await store.list({ untilMicros: end, receivedUntilMicros: end }, 9))).to.deep.equal(['a']);
    });

    it('returns whole records', async () => {
      const received = receivedAlert('a');
      await recordReceived([received]);
      const finished = finishedAlert(received);
      await recordFound([found(finished)]);
      expect(await store.list({}, 9)).to.deep.equal([finished]);
    });
  });

  it('knows the greatest position that any row has, of whatever kind', async () => {
    expect(await stores.lastPosition()).to.equal(0);
    const [a, b] = [receivedAlert('a'), receivedAlert('b')];
    await recordAll([arrivalOf(a, { sequence: 3 }), arrivalOf(b, { sequence: 2 })]);
    expect(await stores.lastPosition()).to.equal(3);
    await recordFound([foundAgain(finishedAlert(b, PROCESSED, 5))]);
    expect(await stores.lastPosition()).to.equal(5);
    await store.awaitOutcome('a', 7);
    expect(await stores.lastPosition()).to.equal(7);
  });

  describe('alerts that wait for an outcome', () => {
    const [early, late] = [new Date('2025-06-02T13:00:00Z'), new Date('2025-06-02T14:00:00Z')];
    const received = (uid: string, receivedAt = early) => ({ ...receivedAlert(uid), receivedAt });
    const all = { finishedThrough: 100, receivedBefore: late, firstSequence: 1 };
    const awaiting = async (filter = all, limit = 9, behind?: AwaitingPosition) =>
      (await stores.findAwaiting(filter, limit, behind)).map(({ alert, awaitedSequence }) => [
        alert.uid,
        awaitedSequence,
      ]);

    it('are those without one whose message is finished, and that are old or whose message is gone', async () => {
      await recordAll([
        arrivalOf(received('a'), { sequence: 4 }),
        arrivalOf(received('b'), { sequence: 3 }),
        arrivalOf(received('c', late), { sequence: 2 }),
        arrivalOf(received('done'), { sequence: 1 }),
      ]);
      await recordFound([found(finishedAlert(received('done'), PROCESSED, 1))]);
      const expected = [
        ['b', 3],
        ['a', 4],
      ];
      expect(await awaiting()).to.deep.equal(expected);
      expect(await awaiting({ ...all, finishedThrough: 3 })).to.deep.equal([['b', 3]]);
      expect(await awaiting({ ...all, firstSequence: 3 })).to.deep.equal([['c', 2], ...expected]);
      expect(await awaiting(all, 1)).to.deep.equal([['b', 3]]);
      expect(await awaiting(all, 9, { tenant: 'default', awaitedSequence: 3, uid: 'b' })).to.deep.equal([['a', 4]]);
      expect(await awaiting(all, 9, { tenant: 'default', awaitedSequence: 3, uid: 'a' })).to.deep.equal(expected);
      expect(await stores.countReceived(late)).to.deep.equal({ alerts: 2, oldest: early });
      expect(await stores.countReceived(early)).to.deep.equal({ alerts: 0, oldest: undefined });
    });

    it('wait for the latest message that was published to have them probed, until its outcome is there', async () => {
      const alert = received('a');
      const replay = (sequence: number) => arrivalOf(alert, { sequence, isReplay: true });
      await recordAll([arrivalOf(alert, { sequence: 1 }), replay(5)]);
      expect(await awaiting()).to.deep.equal([['a', 5]]);
      await recordFound([found(finishedAlert(alert, PROCESSED, 1))]);
      expect(await awaiting()).to.deep.equal([['a', 5]]);
      await recordAll([replay(7), replay(6), arrivalOf(alert, { sequence: 8 })]);
      expect(await awaiting()).to.deep.equal([['a', 7]]);
      await recordFound([foundAgain(finishedAlert(alert, FAILED, 5))]);
      expect(await awaiting()).to.deep.equal([['a', 7]]);
      await recordFound([foundAgain(finishedAlert(alert, QUARANTINED, 7))]);
      expect(await awaiting()).to.deep.equal([]);
      expect(await recordAll([replay(7), replay(9)])).to.deep.equal(['UNCHANGED', 'REOPENED']);
      expect(await awaiting()).to.deep.equal([['a', 9]]);
    });

    it('wait for a later message only if that is said', async () => {
      await recordAll([arrivalOf(received('a'), { sequence: 5 })]);
      await store.awaitOutcome('a', 4);
      expect(await awaiting()).to.deep.equal([['a', 5]]);
      await store.awaitOutcome('a', 6);
      expect(await awaiting()).to.deep.equal([['a', 6]]);
      await store.displace(arrivalOf(receivedAlert('a', { store: 'first' }), { sequence: 2 }));
      expect(await awaiting({ ...all, firstSequence: 3 })).to.deep.equal([['a', 2]]);
    });
  });

  it('records each alert once and loses no outcome when many batches come at once', async () => {
    const alerts = Array.from({ length: 200 }, (_, index) => receivedAlert(`uid-${index}`));
    const shuffled = () => alerts.toSorted(() => Math.random() - 0.5);
    const recorded = (await Promise.all(Array.from({ length: 8 }, () => recordReceived(shuffled())))).flat();
    expect(recorded.filter(kind => kind === 'RECORDED')).to.have.lengthOf(alerts.length);
    expect(recorded.filter(kind => kind === 'UNCHANGED')).to.have.lengthOf(7 * alerts.length);
    const outcomes = (sequence: number): FoundOutcome[] =>
      shuffled().map(alert => foundAgain(finishedAlert(alert, PROCESSED, sequence)));
    const written = (await Promise.all(Array.from({ length: 8 }, (_, round) => recordFound(outcomes(round))))).flat();
    expect(written.filter(kind => kind === 'RECORDED').length).to.be.at.least(alerts.length);
    for (const record of await store.list({}, alerts.length)) {
      expect(statusOf(record)).to.equal('PROCESSED');
      expect(isFinished(record) && record.sequence).to.equal(7);
    }
  });
}

import { type FinishedAlert, isFinished, type ReceivedAlert, statusOf } from '@vigie/mesh/alert/alert-record.ts';
import { SPARSE_MEDIA } from '@vigie/mesh/wire/testing/sample-media.ts';
import { expect } from 'chai';
import type { AlertStore } from '../ports/alert-store.ts';
import { FAILED, finishedAlert, PROCESSED, QUARANTINED, receivedAlert, SAMPLE_MICROS } from './sample-alerts.ts';

/** What every AlertStore does. @param openEmpty a store without rows */
export function describeAlertStore(openEmpty: () => Promise<AlertStore>): void {
  let store: AlertStore;
  beforeEach(async () => {
    store = await openEmpty();
  });

  describe('recording alerts', () => {
    it('keeps an alert as it came, to the microsecond', async () => {
      const alerts = [
        receivedAlert('a', { timestampMicros: SAMPLE_MICROS, store: `d'Évry \\ "?" ??` }),
        receivedAlert('b', { timestampMicros: 1, video: `/it's/a.mp4` }),
        receivedAlert('c', { timestampMicros: 2_534_023_007_999_999 }),
        receivedAlert('d', { timestampMicros: 999_999 }),
      ];
      expect(await store.recordReceived(alerts)).to.deep.equal(Array(4).fill('RECORDED'));
      for (const received of alerts) {
        expect(await store.get(received.alert.uid)).to.deep.equal(received);
      }
    });

    it('leaves what is there as it is, and tells the same alert from another one', async () => {
      const first = receivedAlert('a');
      await store.recordReceived([first]);
      const results = await store.recordReceived([
        { ...receivedAlert('a'), traceId: 'f'.repeat(32) },
        receivedAlert('b'),
        receivedAlert('a', { video: '/videos/b.mp4' }),
        receivedAlert('a', { timestampMicros: SAMPLE_MICROS + 1 }),
        receivedAlert('a', { store: 'store-43' }),
      ]);
      expect(results).to.deep.equal(['UNCHANGED', 'RECORDED', 'CONFLICT', 'CONFLICT', 'CONFLICT']);
      expect(await store.get('a')).to.deep.equal(first);
    });

    it('lets the first of a uid within one batch stand', async () => {
      const first = receivedAlert('a', { video: '/videos/first.mp4' });
      const results = await store.recordReceived([
        first,
        receivedAlert('a', { video: '/videos/second.mp4' }),
        receivedAlert('a', { video: '/videos/first.mp4' }),
      ]);
      expect(results).to.deep.equal(['RECORDED', 'CONFLICT', 'UNCHANGED']);
      expect(await store.get('a')).to.deep.equal(first);
    });

    it('does not touch an alert that has its outcome', async () => {
      const received = receivedAlert('a');
      await store.recordReceived([received]);
      await store.recordOutcomes([finishedAlert(received)]);
      expect(await store.recordReceived([received])).to.deep.equal(['UNCHANGED']);
      expect(await store.get('a')).to.deep.equal(finishedAlert(received));
    });
  });

  describe('recording outcomes', () => {
    for (const outcome of [PROCESSED, FAILED, QUARANTINED, { status: 'PROCESSED', media: SPARSE_MEDIA } as const]) {
      it(`keeps all of an outcome that is ${outcome.status}`, async () => {
        const received = receivedAlert('a');
        await store.recordReceived([received]);
        const finished = finishedAlert(received, outcome);
        expect(await store.recordOutcomes([finished])).to.deep.equal(['RECORDED']);
        expect(await store.get('a')).to.deep.equal(finished);
      });
    }

    it('keeps when and in which trace the alert was received', async () => {
      const received = receivedAlert('a');
      await store.recordReceived([received]);
      await store.recordOutcomes([{ ...finishedAlert(received), receivedAt: new Date(0), traceId: '' }]);
      expect(await store.get('a')).to.deep.equal(finishedAlert(received));
    });

    it('never makes a row', async () => {
      expect(await store.recordOutcomes([finishedAlert(receivedAlert('a'))])).to.deep.equal(['UNKNOWN_ALERT']);
      expect(await store.get('a')).to.equal(undefined);
    });

    it('keeps off the row of another alert', async () => {
      const received = receivedAlert('a');
      await store.recordReceived([received]);
      const others = [{ video: '/videos/b.mp4' }, { store: 'x' }, { timestampMicros: SAMPLE_MICROS - 1 }];
      const outcomes = others.map(other => finishedAlert(receivedAlert('a', other)));
      expect(await store.recordOutcomes(outcomes)).to.deep.equal(['CONFLICT', 'CONFLICT', 'CONFLICT']);
      expect(await store.get('a')).to.deep.equal(received);
    });

    it('lets the outcome stand that was found last, whatever comes later', async () => {
      const received = receivedAlert('a');
      await store.recordReceived([received]);
      const first = finishedAlert(received, QUARANTINED, '2025-06-02T14:00:00.000Z');
      const sameMoment = finishedAlert(received, FAILED, '2025-06-02T14:00:00.000Z');
      const older = finishedAlert(received, FAILED, '2025-06-02T13:59:59.999Z');
      const redriven = finishedAlert(received, PROCESSED, '2025-06-02T14:00:00.001Z');
      expect(await store.recordOutcomes([first])).to.deep.equal(['RECORDED']);
      expect(await store.recordOutcomes([sameMoment])).to.deep.equal(['UNCHANGED']);
      expect(await store.recordOutcomes([older])).to.deep.equal(['UNCHANGED']);
      expect(await store.get('a')).to.deep.equal(first);
      expect(await store.recordOutcomes([redriven])).to.deep.equal(['RECORDED']);
      expect(await store.get('a')).to.deep.equal(redriven);
    });

    it('forgets what a video was once it is none any more', async () => {
      const received = receivedAlert('a');
      await store.recordReceived([received]);
      await store.recordOutcomes([finishedAlert(received)]);
      const replayed = finishedAlert(received, FAILED, '2025-06-03T00:00:00.000Z');
      await store.recordOutcomes([replayed]);
      expect(await store.get('a')).to.deep.equal(replayed);
    });

    it('judges several outcomes of one uid within a batch as if they came one by one', async () => {
      const [a, b] = [receivedAlert('a'), receivedAlert('b')];
      await store.recordReceived([b, a]);
      const late = finishedAlert(a, FAILED, '2025-06-02T15:00:00.000Z');
      const results = await store.recordOutcomes([
        finishedAlert(b),
        finishedAlert(a),
        finishedAlert(receivedAlert('c')),
        late,
        finishedAlert(a),
        finishedAlert(receivedAlert('a', { store: 'other' })),
      ]);
      expect(results).to.deep.equal(['RECORDED', 'RECORDED', 'UNKNOWN_ALERT', 'RECORDED', 'UNCHANGED', 'CONFLICT']);
      expect(await store.get('a')).to.deep.equal(late);
      expect(await store.get('b')).to.deep.equal(finishedAlert(b));
    });
  });

  describe('listing', () => {
    const at = (uid: string, timestampMicros: number, store = 'store-42') =>
      receivedAlert(uid, { timestampMicros, store });
    const uids = (records: readonly ReceivedAlert[]) => records.map(({ alert }) => alert.uid);

    it('puts the latest first, of equal ones the greatest uid', async () => {
      await store.recordReceived([at('a', 10), at('C', 20), at('b', 20), at('B', 20), at('d', 9)]);
      expect(uids(await store.list({}, 10))).to.deep.equal(['b', 'C', 'B', 'a', 'd']);
      expect(uids(await store.list({}, 2))).to.deep.equal(['b', 'C']);
    });

    it('goes on behind a place, to the microsecond and the uid, there or not', async () => {
      await store.recordReceived([at('a', 20), at('b', 20), at('c', 21), at('d', 19)]);
      expect(uids(await store.list({}, 9, { timestampMicros: 20, uid: 'b' }))).to.deep.equal(['a', 'd']);
      expect(uids(await store.list({}, 9, { timestampMicros: 20, uid: 'aa' }))).to.deep.equal(['a', 'd']);
      expect(uids(await store.list({}, 1, { timestampMicros: 21, uid: 'c' }))).to.deep.equal(['b']);
    });

    it('holds all filters together', async () => {
      const batch = [at('a', 10), at('b', 11), at('c', 12), at('d', 11, 'other'), at('e', 11)];
      await store.recordReceived(batch);
      await store.recordOutcomes([finishedAlert(batch[1] as ReceivedAlert)]);
      expect(uids(await store.list({ sinceMicros: 11, untilMicros: 12 }, 9))).to.deep.equal(['e', 'd', 'b']);
      expect(uids(await store.list({ store: 'other' }, 9))).to.deep.equal(['d']);
      expect(uids(await store.list({ status: 'RECEIVED', store: 'store-42' }, 9))).to.deep.equal(['c', 'e', 'a']);
      const all = { status: 'PROCESSED', store: 'store-42', sinceMicros: 11, untilMicros: 12 } as const;
      expect(uids(await store.list(all, 9))).to.deep.equal(['b']);
      expect(await store.list({ ...all, untilMicros: 11 }, 9)).to.deep.equal([]);
    });

    it('returns whole records', async () => {
      const received = receivedAlert('a');
      await store.recordReceived([received]);
      const finished = finishedAlert(received);
      await store.recordOutcomes([finished]);
      expect(await store.list({}, 9)).to.deep.equal([finished]);
    });
  });

  it('records each alert once and loses no outcome when many batches come at once', async () => {
    const alerts = Array.from({ length: 200 }, (_, index) => receivedAlert(`uid-${index}`));
    const shuffled = () => alerts.toSorted(() => Math.random() - 0.5);
    const recorded = (await Promise.all(Array.from({ length: 8 }, () => store.recordReceived(shuffled())))).flat();
    expect(recorded.filter(kind => kind === 'RECORDED')).to.have.lengthOf(alerts.length);
    expect(recorded.filter(kind => kind === 'UNCHANGED')).to.have.lengthOf(7 * alerts.length);
    const outcomes = (round: number): FinishedAlert[] =>
      shuffled().map(alert => finishedAlert(alert, PROCESSED, `2025-06-02T14:00:0${round}.000Z`));
    const written = (
      await Promise.all(Array.from({ length: 8 }, (_, round) => store.recordOutcomes(outcomes(round))))
    ).flat();
    expect(written.filter(kind => kind === 'RECORDED').length).to.be.at.least(alerts.length);
    for (const record of await store.list({}, alerts.length)) {
      expect(statusOf(record)).to.equal('PROCESSED');
      expect(isFinished(record) && record.processedAt.toISOString()).to.equal('2025-06-02T14:00:07.000Z');
    }
  });
}

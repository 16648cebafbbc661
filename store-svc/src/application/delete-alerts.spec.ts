import { expect } from 'chai';
import { FakeAlertStore } from '../ports/alert-store.fake.ts';
import { arrivalOf, finishedAlert, found, receivedAlert } from '../testing/sample-alerts.ts';
import { AlertUnfinishedError, createDeleteAlert, createPurgeAlerts } from './delete-alerts.ts';
import { AlertNotFoundError } from './get-alert.ts';
import { createListAlerts } from './list-alerts.ts';
import { recordArrivals } from './record-arrival.ts';
import { recordOutcomes } from './record-outcome.ts';

describe('deleting alerts', () => {
  let store: FakeAlertStore;
  const alerts = ['a', 'b', 'c'].map(uid => receivedAlert(uid, { store: uid === 'c' ? 'other' : 'store-42' }));
  beforeEach(async () => {
    store = new FakeAlertStore();
    await recordArrivals(
      store,
      alerts.map(alert => arrivalOf(alert)),
    );
    await recordOutcomes(
      store,
      alerts.slice(1).map(alert => found(finishedAlert(alert))),
    );
  });

  const thrownBy = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      error => error,
    );

  it('deletes one that has its outcome, once', async () => {
    const deleteAlert = createDeleteAlert(store);
    await deleteAlert('b');
    expect([...store.rows.keys()]).to.deep.equal(['a', 'c']);
    for (const [uid, reason] of [
      ['b', 'ALERT_DELETED'],
      ['none', 'ALERT_NOT_FOUND'],
    ] as const) {
      const error = await thrownBy(deleteAlert(uid));
      expect(error).to.be.instanceOf(AlertNotFoundError);
      expect(error).to.include({ reason });
    }
  });

  it('leaves one alone whose work is under way', async () => {
    const deleteAlert = createDeleteAlert(store);
    expect(await thrownBy(deleteAlert('a'))).to.be.instanceOf(AlertUnfinishedError);
    await store.awaitOutcome('b', 9);
    expect(await thrownBy(deleteAlert('b'))).to.be.instanceOf(AlertUnfinishedError);
    expect(store.rows.size).to.equal(3);
  });

  it('goes through all that match, page by page, and says what it left', async () => {
    const purgeAlerts = createPurgeAlerts(createListAlerts(store), store);
    const first = await purgeAlerts({ stores: ['store-42'] }, 1, undefined);
    expect(first).to.deep.include({ deleted: 1, kept: 0 });
    const second = await purgeAlerts({ stores: ['store-42'] }, 1, first.next);
    expect(second).to.deep.equal({ deleted: 0, kept: 1, next: undefined });
    expect([...store.rows.keys()]).to.deep.equal(['a', 'c']);
  });
});

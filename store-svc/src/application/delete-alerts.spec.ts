import { expect } from 'chai';
import { type FakeAlertStore, FakeAlertStores } from '../ports/alert-store.fake.ts';
import { arrivalOf, finishedAlert, found, receivedAlert } from '../testing/sample-alerts.ts';
import { AlertUnfinishedError, createDeleteAlert, createPurgeAlerts } from './delete-alerts.ts';
import { AlertNotFoundError } from './get-alert.ts';
import { createListAlerts } from './list-alerts.ts';
import { recordArrivals } from './record-arrival.ts';
import { recordOutcomes } from './record-outcome.ts';

const EVERYBODY = { tenant: 'default', stores: undefined };

describe('deleting alerts', () => {
  let stores: FakeAlertStores;
  let store: FakeAlertStore;
  const alerts = ['a', 'b', 'c'].map(uid => receivedAlert(uid, { store: uid === 'c' ? 'other' : 'store-42' }));
  beforeEach(async () => {
    stores = new FakeAlertStores();
    store = stores.of('default');
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
    const deleteAlert = createDeleteAlert(stores);
    await deleteAlert('b', EVERYBODY);
    expect([...store.rows.keys()]).to.deep.equal(['a', 'c']);
    for (const [uid, reason] of [
      ['b', 'ALERT_DELETED'],
      ['none', 'ALERT_NOT_FOUND'],
    ] as const) {
      const error = await thrownBy(deleteAlert(uid, EVERYBODY));
      expect(error).to.be.instanceOf(AlertNotFoundError);
      expect(error).to.include({ reason });
    }
  });

  it('leaves one alone whose work is under way', async () => {
    const deleteAlert = createDeleteAlert(stores);
    expect(await thrownBy(deleteAlert('a', EVERYBODY))).to.be.instanceOf(AlertUnfinishedError);
    await store.awaitOutcome('b', 9);
    expect(await thrownBy(deleteAlert('b', EVERYBODY))).to.be.instanceOf(AlertUnfinishedError);
    expect(store.rows.size).to.equal(3);
  });

  it('goes through all that match, page by page, and says what it left', async () => {
    const purgeAlerts = createPurgeAlerts(createListAlerts(stores), stores);
    const first = await purgeAlerts('default', { stores: ['store-42'] }, 1, undefined);
    expect(first).to.deep.include({ deleted: 1, kept: 0 });
    const second = await purgeAlerts('default', { stores: ['store-42'] }, 1, first.next);
    expect(second).to.deep.equal({ deleted: 0, kept: 1, next: undefined });
    expect([...store.rows.keys()]).to.deep.equal(['a', 'c']);
  });
});

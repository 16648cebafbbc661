import { expect } from 'chai';
import { type FakeAlertStore, FakeAlertStores } from '../ports/alert-store.fake.ts';
import { DatabaseError } from '../ports/alert-store.ts';
import { arrivalOf, finishedAlert, found, receivedAlert } from '../testing/sample-alerts.ts';
import { createRecordArrival, recordArrivals } from './record-arrival.ts';
import { createRecordOutcome } from './record-outcome.ts';

describe('recording in batches', () => {
  let stores: FakeAlertStores;
  let store: FakeAlertStore;
  beforeEach(() => {
    stores = new FakeAlertStores();
    store = stores.of('default');
  });

  it('writes alerts that come together as one batch, and no more than 500 at once', async () => {
    const recordAlert = createRecordArrival(stores);
    const alerts = Array.from({ length: 1_200 }, (_, index) => arrivalOf(receivedAlert(`uid-${index}`)));
    const kinds = await Promise.all(alerts.map(recordAlert));
    expect(store.batchSizes).to.deep.equal([500, 500, 200]);
    expect(kinds).to.deep.equal(alerts.map(() => ({ kind: 'RECORDED' })));
    expect(store.rows.size).to.equal(alerts.length);
  });

  it('answers each caller with the result of its own alert', async () => {
    const recordAlert = createRecordArrival(stores);
    const kinds = await Promise.all([
      recordAlert(arrivalOf(receivedAlert('a'))),
      recordAlert(arrivalOf(receivedAlert('a', { store: 'other' }))),
      recordAlert(arrivalOf(receivedAlert('a'))),
    ]);
    expect(kinds.map(({ kind }) => kind)).to.deep.equal(['RECORDED', 'CONFLICT', 'UNCHANGED']);
  });

  it('writes outcomes of several callers as one batch', async () => {
    const alerts = [receivedAlert('a'), receivedAlert('b')];
    await recordArrivals(
      store,
      alerts.map(alert => arrivalOf(alert)),
    );
    store.batchSizes.length = 0;
    const recordOutcome = createRecordOutcome(stores);
    const outcomes = [...alerts, receivedAlert('c')].map(alert => found(finishedAlert(alert)));
    const results = await Promise.all(outcomes.map(recordOutcome));
    expect(results.map(({ kind }) => kind)).to.deep.equal(['RECORDED', 'RECORDED', 'UNKNOWN_ALERT']);
    expect(store.batchSizes).to.deep.equal([3]);
  });

  it('fails every caller of a batch that failed, and works again afterwards', async () => {
    const recordAlert = createRecordArrival(stores);
    store.failure = new DatabaseError('STORE_UNREACHABLE', 'gone');
    const attempts = ['a', 'b'].map(uid => recordAlert(arrivalOf(receivedAlert(uid))).catch(error => error));
    expect(await Promise.all(attempts)).to.deep.equal([store.failure, store.failure]);
    store.failure = undefined;
    expect(await recordAlert(arrivalOf(receivedAlert('a')))).to.deep.equal({ kind: 'RECORDED' });
  });
});

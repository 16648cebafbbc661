import { expect } from 'chai';
import { FakeAlertStore } from '../ports/alert-store.fake.ts';
import { arrivalOf, receivedAlert } from '../testing/sample-alerts.ts';
import { createListAlerts } from './list-alerts.ts';
import { recordArrivals } from './record-arrival.ts';

describe('reading alerts', () => {
  let store: FakeAlertStore;
  beforeEach(async () => {
    store = new FakeAlertStore();
    await recordArrivals(
      store,
      [1, 2, 3, 4].map(second => arrivalOf(receivedAlert(`uid-${second}`, { timestampMicros: second }))),
    );
  });

  it('gives the place of the last alert while there are more', async () => {
    const page = await createListAlerts(store)({}, 3, undefined);
    expect(page.alerts.map(({ alert }) => alert.uid)).to.deep.equal(['uid-4', 'uid-3', 'uid-2']);
    expect(page.next).to.deep.equal({ micros: 2, uid: 'uid-2' });
  });

  it('knows the last page, also when it is full', async () => {
    const listAlerts = createListAlerts(store);
    expect((await listAlerts({}, 4, undefined)).next).to.equal(undefined);
    expect(await listAlerts({ store: 'nowhere' }, 4, undefined)).to.deep.equal({ alerts: [], next: undefined });
  });
});

import { expect } from 'chai';
import type { ListPosition } from '../domain/alert-filter.ts';
import { type FakeAlertStore, FakeAlertStores } from '../ports/alert-store.fake.ts';
import { arrivalOf, receivedAlert } from '../testing/sample-alerts.ts';
import { createListAlerts } from './list-alerts.ts';
import { recordArrivals } from './record-arrival.ts';

describe('reading alerts', () => {
  let stores: FakeAlertStores;
  let store: FakeAlertStore;
  beforeEach(async () => {
    stores = new FakeAlertStores();
    store = stores.of('default');
    await recordArrivals(
      store,
      [1, 2, 3, 4].map(second => arrivalOf(receivedAlert(`uid-${second}`, { timestampMicros: second }))),
    );
  });

  it('gives the place of the last alert while there are more', async () => {
    const page = await createListAlerts(stores)('default', {}, 3, undefined);
    expect(page.alerts.map(({ alert }) => alert.uid)).to.deep.equal(['uid-4', 'uid-3', 'uid-2']);
    expect(page.next).to.deep.equal({ micros: 2, uid: 'uid-2' });
  });

  it('knows the last page, also when it is full', async () => {
    const listAlerts = createListAlerts(stores);
    expect((await listAlerts('default', {}, 4, undefined)).next).to.equal(undefined);
    expect(await listAlerts('default', { stores: ['nowhere'] }, 4, undefined)).to.deep.equal({
      alerts: [],
      next: undefined,
    });
  });

  it('ends a page early that would be larger than a message may be, and none of its alerts is lost', async () => {
    const labels = Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [`key-${index}`, '\u{1F3A5}'.repeat(256)]),
    );
    const alerts = Array.from({ length: 300 }, (_, index) => receivedAlert(`large-${index + 100}`, { labels }));
    await recordArrivals(
      store,
      alerts.map(alert => arrivalOf(alert)),
    );
    const listAlerts = createListAlerts(stores);
    const pages = [];
    let after: ListPosition | undefined;
    do {
      const page = await listAlerts('default', {}, 1_000, after);
      pages.push(page.alerts.length);
      after = page.next;
    } while (after !== undefined);
    expect(pages.reduce((sum, length) => sum + length, 0)).to.equal(304);
    expect(pages[0]).to.be.within(150, 250);
  });
});

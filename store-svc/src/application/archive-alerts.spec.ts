import { expect } from 'chai';
import { type FakeAlertStore, FakeAlertStores } from '../ports/alert-store.fake.ts';
import { arrivalOf, FAILED, finishedAlert, found, QUARANTINED, receivedAlert } from '../testing/sample-alerts.ts';
import { createArchiveAlerts } from './archive-alerts.ts';
import { recordArrivals } from './record-arrival.ts';
import { recordOutcomes } from './record-outcome.ts';

const DAY_MS = 86_400_000;

describe('archiving alerts', () => {
  let stores: FakeAlertStores;
  let store: FakeAlertStore;
  let isHeld: boolean;
  let files: string[][];
  /** What happens while a file is written. */
  let meanwhile: () => Promise<void>;
  const signal = new AbortController().signal;

  beforeEach(async () => {
    stores = new FakeAlertStores();
    store = stores.of('default');
    isHeld = true;
    files = [];
    meanwhile = async () => {};
    const old = ['old-1', 'old-2', 'quarantined', 'received'].map(uid => receivedAlert(uid));
    const alerts = [...old, { ...receivedAlert('young'), receivedAt: new Date() }];
    await recordArrivals(
      store,
      alerts.map(alert => arrivalOf(alert)),
    );
    const outcomes = { 'old-2': FAILED, quarantined: QUARANTINED };
    const finished = alerts.filter(({ alert }) => alert.uid !== 'received');
    await recordOutcomes(
      store,
      finished.map(alert =>
        found(finishedAlert(alert, (outcomes as Record<string, typeof FAILED | undefined>)[alert.alert.uid])),
      ),
    );
  });

  const archive = () =>
    createArchiveAlerts({
      lease: { hold: async () => (isHeld ? 0 : undefined) },
      stores,
      archive: {
        async write(_, rows) {
          files.push(rows.map(row => JSON.parse(row).uid));
          await meanwhile();
          return `file-${files.length}`;
        },
      },
      afterMs: 30 * DAY_MS,
    })(signal);

  it('moves those that are old and finished into a file, and leaves the others', async () => {
    await archive();
    expect(files).to.deep.equal([['old-1', 'old-2']]);
    expect([...store.rows.keys()]).to.deep.equal(['quarantined', 'received', 'young']);
    expect((await store.find(['old-1'])).get('old-1')).to.include({ retirement: 'ARCHIVED' });
    await archive();
    expect(files).to.have.lengthOf(1);
  });

  it('takes no row away whose file is not on disk', async () => {
    meanwhile = async () => {
      throw new Error('no space left');
    };
    expect(await archive().catch(error => error.message)).to.equal('no space left');
    expect(store.rows.size).to.equal(5);
  });

  it('keeps a row that changed while its file was written, for the next pass', async () => {
    meanwhile = async () => {
      await store.awaitOutcome('old-1', 9);
      await store.awaitOutcome('old-2', 9);
    };
    await archive();
    expect(store.rows.size).to.equal(5);
    expect(files).to.have.lengthOf(1);
  });

  it('leaves it to whoever holds the lease', async () => {
    isHeld = false;
    await archive();
    expect(files).to.deep.equal([]);
  });
});

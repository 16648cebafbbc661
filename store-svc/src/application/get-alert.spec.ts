import type { FinishedAlert } from '@vigie/alert';
import type { FeedEvent } from '@vigie/outcome-feed';
import { expect } from 'chai';
import { type FakeAlertStore, FakeAlertStores } from '../ports/alert-store.fake.ts';
import type { OutcomeFeed } from '../ports/outcome-feed.ts';
import { arrivalOf, finishedAlert, found, receivedAlert } from '../testing/sample-alerts.ts';
import { AlertNotFoundError, createGetAlert, type GetAlert } from './get-alert.ts';
import { OutcomeNotices } from './outcome-notices.ts';
import { recordArrivals } from './record-arrival.ts';
import { recordOutcomes } from './record-outcome.ts';

const POSITION = { outcomes: { sequence: 1, createdMs: 1 }, quarantine: { sequence: 1, createdMs: 1 } };

/** Reports what it is told to, to one watch at a time. */
class ScriptedFeed implements OutcomeFeed {
  watches = 0;
  #report: (record: FinishedAlert) => void = () => {};

  async *watch(_filter: unknown, _after: unknown, signal: AbortSignal): AsyncIterable<FeedEvent<FinishedAlert>> {
    this.watches++;
    const { readable, writable } = new TransformStream<FinishedAlert>();
    const writer = writable.getWriter();
    this.#report = record => void writer.write(record);
    signal.addEventListener('abort', () => void writer.close());
    yield { position: POSITION };
    for await (const value of readable) {
      const { store } = value.alert;
      yield {
        position: POSITION,
        outcome: { tenant: 'default', value, store, labels: [], status: value.outcome.status, sizeBytes: 1 },
      };
    }
    this.watches--;
  }

  report(record: FinishedAlert): void {
    this.#report(record);
  }
}

const EVERYBODY = { tenant: 'default', stores: undefined };

describe('getting an alert', () => {
  const received = receivedAlert('a');
  const finished = finishedAlert(received);
  let stores: FakeAlertStores;
  let store: FakeAlertStore;
  let feed: ScriptedFeed;
  let getAlert: GetAlert;

  beforeEach(() => {
    stores = new FakeAlertStores();
    store = stores.of('default');
    feed = new ScriptedFeed();
    getAlert = createGetAlert(stores, new OutcomeNotices(feed));
  });

  const finish = () => recordOutcomes(store, [found(finished)]);

  it('does not wait if nobody asks for that', async () => {
    await recordArrivals(store, [arrivalOf(received)]);
    expect(await getAlert('a', EVERYBODY)).to.deep.equal(received);
    const error = await getAlert('b', EVERYBODY).catch(error => error);
    expect(error).to.be.instanceOf(AlertNotFoundError).with.property('uid', 'b');
    expect(feed.watches).to.equal(0);
  });

  it('waits for the row and for the outcome', async () => {
    const got = getAlert('a', EVERYBODY, { waitMs: 60_000 });
    await recordArrivals(store, [arrivalOf(received)]);
    await new Promise(setImmediate);
    await finish();
    feed.report(finished);
    expect(await got).to.deep.equal(finished);
  });

  it('is told of the outcome sooner than it would look again', async () => {
    await recordArrivals(store, [arrivalOf(received)]);
    const looks: string[] = [];
    const looking = stores.of('default');
    const get = looking.get.bind(looking);
    looking.get = uid => {
      looks.push(uid);
      return get(uid);
    };
    const got = createGetAlert({ of: () => looking }, new OutcomeNotices(feed))('a', EVERYBODY, {
      waitMs: 60_000,
    });
    while (feed.watches === 0) await new Promise(setImmediate);
    await finish();
    feed.report(finished);
    expect(await got).to.deep.equal(finished);
    expect(looks.length).to.be.below(6);
  });

  it('looks for itself if no notice comes', async () => {
    await recordArrivals(store, [arrivalOf(received)]);
    const got = getAlert('a', EVERYBODY, { waitMs: 60_000 });
    await finish();
    expect(await got).to.deep.equal(finished);
  });

  it('says how it is when the time is up, and keeps no watch open', async () => {
    await recordArrivals(store, [arrivalOf(received)]);
    expect(await getAlert('a', EVERYBODY, { waitMs: 20 })).to.deep.equal(received);
    expect(await getAlert('b', EVERYBODY, { waitMs: 20 }).catch(error => error)).to.be.instanceOf(AlertNotFoundError);
    while (feed.watches > 0) await new Promise(setImmediate);
  });

  it('does not wait while too many do already', async () => {
    await recordArrivals(store, [arrivalOf(received)]);
    const one = createGetAlert(stores, new OutcomeNotices(feed), 1);
    const first = one('a', EVERYBODY, { waitMs: 60_000 });
    await new Promise(setImmediate);
    expect(await one('a', EVERYBODY, { waitMs: 60_000 })).to.deep.equal(received);
    await finish();
    expect(await first).to.deep.equal(finished);
  });

  it('ends when its caller leaves', async () => {
    const caller = new AbortController();
    const got = getAlert('a', EVERYBODY, { waitMs: 60_000, signal: caller.signal });
    caller.abort(new Error('gone'));
    expect(await got.catch(error => error)).to.have.property('message', 'gone');
  });
});

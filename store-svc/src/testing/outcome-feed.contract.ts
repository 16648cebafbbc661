import type { FinishedAlert, Labels } from '@vigie/alert';
import {
  EVERYTHING,
  type FeedEvent,
  type FeedPosition,
  OutcomeFeedError,
  type OutcomeFilter,
} from '@vigie/outcome-feed';
import { expect } from 'chai';
import type { OutcomeFeed } from '../ports/outcome-feed.ts';
import { FAILED, finishedAlert, PROCESSED, QUARANTINED, receivedAlert } from './sample-alerts.ts';

export interface OpenFeed {
  readonly feed: OutcomeFeed;
  /** Resolves once the outcome is where the feed takes it from. */
  readonly report: (record: FinishedAlert) => Promise<unknown>;
}

/** What every OutcomeFeed does. @param open a feed that may have had outcomes before */
export function describeOutcomeFeed(open: () => Promise<OpenFeed>): void {
  let feed: OutcomeFeed;
  let report: OpenFeed['report'];
  let stop: AbortController;
  let readers: AsyncIterator<FeedEvent<FinishedAlert>>[];

  beforeEach(async () => {
    ({ feed, report } = await open());
    stop = new AbortController();
    readers = [];
  });
  afterEach(async () => {
    stop.abort();
    for (const reader of readers) await reader.return?.();
  });

  const processed = (uid: string, store = 'store-42', labels?: Labels) =>
    finishedAlert(receivedAlert(uid, { store, ...(labels && { labels }) }), PROCESSED);
  const failed = (uid: string) => finishedAlert(receivedAlert(uid), FAILED);
  const quarantined = (uid: string) => finishedAlert(receivedAlert(uid), QUARANTINED);

  async function watch(filter: OutcomeFilter, after?: FeedPosition) {
    const reader = feed.watch(filter, after, stop.signal)[Symbol.asyncIterator]();
    readers.push(reader);
    const nextEvent = async () => {
      const { value, done } = await reader.next();
      if (done) throw new Error('The watch has ended.');
      return value;
    };
    /** The next outcome. */
    const next = async () => {
      while (true) {
        const { outcome, position } = await nextEvent();
        if (outcome !== undefined) return { record: outcome.value, position };
      }
    };
    const first = await nextEvent();
    expect(first.outcome).to.equal(undefined);
    return {
      start: first.position,
      next,
      end: async () => (await reader.next()).done,
      nextUid: async () => (await next()).record.alert.uid,
    };
  }

  it('sends each outcome that is found after the watch has begun, whole and in order', async () => {
    await report(processed('before'));
    const { next, nextUid } = await watch(EVERYTHING);
    const first = processed('a');
    await report(first);
    for (const uid of ['b', 'c', 'd']) await report(processed(uid));
    expect((await next()).record).to.deep.equal(first);
    expect([await nextUid(), await nextUid(), await nextUid()]).to.deep.equal(['b', 'c', 'd']);
  });

  it('sends only the statuses and the store that were asked for', async () => {
    const failures = await watch({ ...EVERYTHING, statuses: ['FAILED'] });
    const other = await watch({ ...EVERYTHING, stores: ['other'] });
    await report(processed('a'));
    await report(failed('b'));
    await report(quarantined('c'));
    await report(processed('d', 'other'));
    await report(failed('e'));
    expect([await failures.nextUid(), await failures.nextUid()]).to.deep.equal(['b', 'e']);
    expect(await other.nextUid()).to.equal('d');
  });

  it('sends what is of the tenant that was asked for, from now on and after a position', async () => {
    const acmes = { ...EVERYTHING, tenant: 'acme' };
    const acme = await watch(acmes);
    const ofStore = await watch({ ...acmes, stores: ['store-1'] });
    const ofAcme = (record: FinishedAlert) => ({ ...record, alert: { ...record.alert, tenant: 'acme' } });
    await report(processed('a', 'store-1'));
    await report(ofAcme(failed('b')));
    await report(quarantined('c'));
    await report(ofAcme(processed('d', 'store-1')));
    await report(ofAcme(quarantined('e')));
    // Two streams: what is quarantined may come sooner.
    const everything = ['b', 'd', 'e'];
    const seen = async ({ nextUid }: typeof acme) => [await nextUid(), await nextUid(), await nextUid()].toSorted();
    expect(await seen(acme)).to.deep.equal(everything);
    expect(await ofStore.nextUid()).to.equal('d');
    expect(await seen(await watch(acmes, acme.start))).to.deep.equal(everything);
  });

  it('sends what is of one of several stores and has all labels, from now on and after a position', async () => {
    const filter = { ...EVERYTHING, stores: ['store-1', 'store-2'], labels: ['camera=3', 'site=Évry'] };
    const labels = { camera: '3', site: 'Évry' };
    const { start, nextUid } = await watch(filter);
    await report(processed('a', 'store-1', labels));
    await report(processed('b', 'store-2', { ...labels, site: '' }));
    await report(processed('c', 'store-3', labels));
    await report(processed('d', 'store-2', { ...labels, more: 'x' }));
    await report(processed('e', 'store-1'));
    await report(processed('f', 'store-2', labels));
    const { nextUid: nextAfter } = await watch(filter, start);
    for (const next of [nextUid, nextAfter]) {
      expect([await next(), await next(), await next()]).to.deep.equal(['a', 'd', 'f']);
    }
  });

  it('goes on after a position, in whatever the outcomes travel on, and misses nothing', async () => {
    const first = await watch(EVERYTHING);
    await report(processed('a'));
    const { position } = await first.next();
    await report(quarantined('b'));
    await report(failed('c'));
    for (const after of [position, (await watch(EVERYTHING, position)).start]) {
      const { nextUid } = await watch(EVERYTHING, after);
      expect([await nextUid(), await nextUid()]).to.have.members(['b', 'c']);
    }
  });

  it('goes on after where a watch began, though nothing came', async () => {
    const { start } = await watch(EVERYTHING);
    await report(processed('a'));
    expect(await (await watch(EVERYTHING, start)).nextUid()).to.equal('a');
  });

  it('refuses a position that it never gave', async () => {
    const { start } = await watch(EVERYTHING);
    const later = { ...start, outcomes: { ...start.outcomes, sequence: start.outcomes.sequence + 100 } };
    const error = await watch(EVERYTHING, later).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(OutcomeFeedError).with.property('reason', 'RESUME_TOKEN_EXPIRED');
  });

  it('ends with its signal, while it waits too', async () => {
    const { end } = await watch(EVERYTHING);
    const ended = end();
    stop.abort();
    expect(await ended).to.equal(true);
  });
}

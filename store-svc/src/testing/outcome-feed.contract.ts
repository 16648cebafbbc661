import type { FinishedAlert } from '@vigie/alert';
import {
  type FeedEvent,
  type FeedPosition,
  FINAL_STATUSES,
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

const ALL: OutcomeFilter = { store: undefined, statuses: FINAL_STATUSES };

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

  const processed = (uid: string, store = 'store-42') => finishedAlert(receivedAlert(uid, { store }), PROCESSED);
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
    const { next, nextUid } = await watch(ALL);
    const first = processed('a');
    await report(first);
    for (const uid of ['b', 'c', 'd']) await report(processed(uid));
    expect((await next()).record).to.deep.equal(first);
    expect([await nextUid(), await nextUid(), await nextUid()]).to.deep.equal(['b', 'c', 'd']);
  });

  it('sends only the statuses and the store that were asked for', async () => {
    const failures = await watch({ store: undefined, statuses: ['FAILED'] });
    const other = await watch({ ...ALL, store: 'other' });
    await report(processed('a'));
    await report(failed('b'));
    await report(quarantined('c'));
    await report(processed('d', 'other'));
    await report(failed('e'));
    expect([await failures.nextUid(), await failures.nextUid()]).to.deep.equal(['b', 'e']);
    expect(await other.nextUid()).to.equal('d');
  });

  it('goes on after a position, in whatever the outcomes travel on, and misses nothing', async () => {
    const first = await watch(ALL);
    await report(processed('a'));
    const { position } = await first.next();
    await report(quarantined('b'));
    await report(failed('c'));
    for (const after of [position, (await watch(ALL, position)).start]) {
      const { nextUid } = await watch(ALL, after);
      expect([await nextUid(), await nextUid()]).to.have.members(['b', 'c']);
    }
  });

  it('goes on after where a watch began, though nothing came', async () => {
    const { start } = await watch(ALL);
    await report(processed('a'));
    expect(await (await watch(ALL, start)).nextUid()).to.equal('a');
  });

  it('refuses a position that it never gave', async () => {
    const { start } = await watch(ALL);
    const later = { ...start, outcomes: { ...start.outcomes, sequence: start.outcomes.sequence + 100 } };
    const error = await watch(ALL, later).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(OutcomeFeedError).with.property('reason', 'RESUME_TOKEN_EXPIRED');
  });

  it('ends with its signal, while it waits too', async () => {
    const { end } = await watch(ALL);
    const ended = end();
    stop.abort();
    expect(await ended).to.equal(true);
  });
}

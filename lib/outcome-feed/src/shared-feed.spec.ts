import { expect } from 'chai';
import type { FeedPosition } from './feed-position.ts';
import type { FeedReader } from './feed-reader.ts';
import type { FeedEvent } from './feed-source.ts';
import { OutcomeFeedError } from './outcome-feed-error.ts';
import { EVERYTHING, type OutcomeFilter } from './outcome-filter.ts';
import { SharedFeed, type SharedFeedOptions } from './shared-feed.ts';
import { positionAt, ScriptedSource } from './testing/scripted-source.ts';

const storeOnly = (...stores: string[]): OutcomeFilter => ({ ...EVERYTHING, stores });
const labelled = (...labels: string[]): OutcomeFilter => ({ ...EVERYTHING, labels });

/** Everything that was under way has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** A watch that reads as soon as it is told to, unless it is paused. */
class Watch {
  readonly events: FeedEvent<string>[] = [];
  error: Error | undefined;
  isPaused = false;
  readonly reader: FeedReader<string>;

  constructor(feed: SharedFeed<string>, filter: OutcomeFilter, after?: FeedPosition) {
    this.reader = feed.open(filter, after, () => queueMicrotask(() => this.readAll()));
  }

  get values(): (string | undefined)[] {
    return this.events.map(({ outcome }) => outcome?.value);
  }

  readAll(): void {
    while (!this.isPaused && this.error === undefined) {
      try {
        const event = this.reader.read();
        if (event === undefined) return;
        this.events.push(event);
      } catch (error) {
        this.error = error as Error;
      }
    }
  }
}

describe('SharedFeed', () => {
  let source: ScriptedSource;
  let feed: SharedFeed<string>;

  function createFeed(options: Partial<SharedFeedOptions> = {}): void {
    feed = new SharedFeed(source, {
      recent: { maxOutcomes: 4, maxBytes: 1_000 },
      maxCatchUps: 2,
      maxReaderWaitMs: 60_000,
      progressMs: 60_000,
      lingerMs: 0,
      ...options,
    });
  }

  async function watch(filter: OutcomeFilter, after?: FeedPosition): Promise<Watch> {
    const opened = new Watch(feed, filter, after);
    await settled();
    return opened;
  }

  beforeEach(() => {
    source = new ScriptedSource();
    createFeed();
  });
  afterEach(() => feed.end(new Error('over')));

  it('has one subscription, however many watch, each what matches its filter', async () => {
    source.find('before');
    const all = await watch(EVERYTHING);
    const one = await watch(storeOnly('store-1'));
    const failed = await watch({ ...EVERYTHING, statuses: ['FAILED'] });
    expect(source.followers).to.equal(1);
    source.find('a', 'store-1');
    source.find('b', 'store-2', 'FAILED');
    source.find('c', 'store-1', 'QUARANTINED');
    await settled();
    expect(all.values).to.deep.equal([undefined, 'a', 'b', 'c']);
    expect(one.values).to.deep.equal([undefined, 'a', 'c']);
    expect(failed.values).to.deep.equal([undefined, 'b']);
    expect(all.events.map(({ position }) => position)).to.deep.equal(
      (
        [
          [1, 0],
          [2, 0],
          [3, 0],
          [3, 1],
        ] as const
      ).map(sequences => positionAt(sequences)),
    );
    expect(source.catchUps).to.equal(0);
  });

  it('gives a watch of several stores each outcome of them once, beside others of some of them', async () => {
    const both = await watch(storeOnly('store-1', 'store-2'));
    const others = [await watch(storeOnly('store-1')), await watch(storeOnly('store-2', 'store-3'))];
    const failed = await watch({ ...storeOnly('store-1', 'store-2'), statuses: ['FAILED'] });
    source.find('a', 'store-1');
    source.find('b', 'store-2', 'FAILED');
    source.find('c', 'store-3');
    source.find('d', 'store-4');
    source.find('e', 'store-1', 'QUARANTINED');
    await settled();
    expect(both.values).to.deep.equal([undefined, 'a', 'b', 'e']);
    expect(others.map(({ values }) => values)).to.deep.equal([
      [undefined, 'a', 'e'],
      [undefined, 'b', 'c'],
    ]);
    expect(failed.values).to.deep.equal([undefined, 'b']);
  });

  it('gives a watch what has all its labels, of whatever store or of its own', async () => {
    const camera = await watch(labelled('camera=3'));
    const both = await watch(labelled('camera=3', 'site=a'));
    const ofStore = await watch({ ...labelled('site=a'), stores: ['store-2'] });
    source.find('a', 'store-1', 'PROCESSED', { labels: ['site=a', 'camera=3'] });
    source.find('b', 'store-2', 'FAILED', { labels: ['camera=3'] });
    source.find('c', 'store-2', 'FAILED', { labels: ['camera=33', 'site=a'] });
    source.find('d', 'store-2');
    await settled();
    expect(camera.values).to.deep.equal([undefined, 'a', 'b']);
    expect(both.values).to.deep.equal([undefined, 'a']);
    expect(ofStore.values).to.deep.equal([undefined, 'c']);
  });

  it('tells filters apart, whatever their stores and labels hold', async () => {
    const store = await watch(storeOnly('a=b'));
    const label = await watch(labelled('a=b'));
    const two = await watch(labelled('a=b', 'c=d'));
    const one = await watch(labelled('a=b,c=d'));
    source.find('of the store', 'a=b');
    source.find('with one', 'x', 'PROCESSED', { labels: ['a=b,c=d'] });
    source.find('with two', 'a=b', 'PROCESSED', { labels: ['a=b', 'c=d'] });
    await settled();
    const values = [store, label, two, one].map(each => each.values.slice(1));
    expect(values).to.deep.equal([['of the store', 'with two'], ['with two'], ['with two'], ['with one']]);
  });

  it('serves those who stay when another watch with the same stores or labels is closed', async () => {
    const filters = [storeOnly('store-1', 'store-2'), storeOnly('store-2'), labelled('camera=3')];
    const labels = ['camera=3'];
    for (const filter of filters) {
      const closed = [await watch(filter), await watch(filter)];
      const stays = await watch(filter);
      const other = await watch({ ...filter, statuses: ['PROCESSED'] });
      for (const { reader } of [...closed, other]) reader.close();
      source.find('a', 'store-2', 'PROCESSED', { labels });
      await settled();
      expect(stays.values).to.deep.equal([undefined, 'a']);
      stays.reader.close();
      const back = await watch(filter);
      source.find('b', 'store-2', 'PROCESSED', { labels });
      await settled();
      expect(back.values).to.deep.equal([undefined, 'b']);
      back.reader.close();
      await settled();
    }
  });

  it('has none when the last watch is closed, and another one for the next', async () => {
    const first = await watch(EVERYTHING);
    const second = await watch(EVERYTHING);
    first.reader.close();
    await settled();
    expect(source.followers).to.equal(1);
    second.reader.close();
    while (source.followers > 0) await settled();
    source.find('meanwhile');
    const third = await watch(EVERYTHING);
    source.find('a');
    await settled();
    expect(third.values).to.deep.equal([undefined, 'a']);
  });

  it('goes on after a position among the recent ones without asking the source', async () => {
    await watch(EVERYTHING);
    const after = source.find('a');
    source.find('b', 'store-2');
    source.find('c', 'store-1', 'QUARANTINED');
    await settled();
    const resumed = await watch(storeOnly('store-1'), after);
    expect(resumed.values).to.deep.equal([undefined, 'c', undefined]);
    expect(resumed.events[0]?.position).to.deep.equal(after);
    expect(resumed.events[2]?.position, 'caught up').to.deep.equal(source.position);
    source.find('d');
    await settled();
    expect(resumed.values).to.deep.equal([undefined, 'c', undefined, 'd']);
    expect(source.catchUps).to.equal(0);
  });

  it('repeats nothing and misses nothing where the two streams were merged in another order', async () => {
    await watch(EVERYTHING);
    source.find('a');
    source.find('q1', 'store-1', 'QUARANTINED');
    source.find('b');
    source.find('q2', 'store-1', 'QUARANTINED');
    await settled();
    const resumed = await watch(EVERYTHING, positionAt([2, 0]));
    expect(resumed.values).to.deep.equal([undefined, 'q1', 'q2', undefined]);
  });

  it('gives a watch that begins further back a subscription of its own until it has caught up', async () => {
    const after = source.find('a');
    for (const value of ['b', 'c', 'd']) source.find(value);
    const gate = Promise.withResolvers<void>();
    source.catchUpGate = gate.promise;
    const current = await watch(EVERYTHING);
    const resumed = await watch(EVERYTHING, after);
    expect(source.catchUps).to.equal(1);
    // More than the recent outcomes have room for.
    for (const value of ['e', 'f', 'g', 'h', 'i', 'j']) source.find(value);
    gate.resolve();
    await settled();
    expect(source.catchUps).to.equal(0);
    source.find('k');
    await settled();
    expect(resumed.values.filter(value => value !== undefined)).to.deep.equal([...'bcdefghijk']);
    expect(current.values).to.deep.equal([undefined, ...'efghijk']);
  });

  it('catches up no faster than the reader reads, and only some watches at once', async () => {
    for (const value of ['a', 'b', 'c']) source.find(value);
    const opened: Watch[] = [];
    for (let count = 0; count < 3; count++) {
      const slow = new Watch(feed, EVERYTHING, positionAt([0, 0]));
      slow.isPaused = true;
      opened.push(slow);
    }
    await settled();
    expect(source.catchUps).to.equal(2);
    for (const each of opened) {
      each.isPaused = false;
      each.readAll();
    }
    await settled();
    expect(source.catchUps).to.equal(0);
    for (const each of opened) expect(each.values.filter(Boolean)).to.deep.equal(['a', 'b', 'c']);
  });

  it('ends a watch that keeps its own subscription waiting too long', async () => {
    createFeed({ maxReaderWaitMs: 10 });
    for (const value of ['a', 'b', 'c']) source.find(value);
    const stuck = new Watch(feed, EVERYTHING, positionAt([0, 0]));
    stuck.isPaused = true;
    while (stuck.reader.error === undefined) await settled();
    expect(stuck.reader.error).to.include({ reason: 'WATCH_FELL_BEHIND' });
    expect(source.catchUps).to.equal(0);
  });

  it('ends a watch that falls behind with the position to go on from, and holds no other up', async () => {
    const slow = await watch(EVERYTHING);
    const quick = await watch(EVERYTHING);
    source.find('a');
    await settled();
    slow.isPaused = true;
    for (const value of ['b', 'c', 'd', 'e', 'f']) source.find(value);
    await settled();
    expect(quick.values).to.deep.equal([undefined, ...'abcdef']);
    slow.isPaused = false;
    slow.readAll();
    expect(slow.values).to.deep.equal([undefined, 'a']);
    const error = slow.error as OutcomeFeedError;
    expect(error.reason).to.equal('WATCH_FELL_BEHIND');
    expect(error.position).to.deep.equal(positionAt([1, 0]));
    expect((await watch(EVERYTHING, error.position)).values.filter(Boolean)).to.deep.equal([...'bcdef']);
    expect(feed.watches).to.equal(2);
  });

  it('takes no more than half of the recent outcomes before those who are ready have had their turn', async () => {
    const turns = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let asked = 0;
    createFeed({ turnOver: () => turns[asked++]?.promise ?? Promise.resolve() });
    const busy = new Watch(feed, EVERYTHING);
    await settled();
    busy.isPaused = true;
    for (const value of [...'abcdefgh']) source.find(value);
    await settled();
    expect(asked).to.equal(1);
    busy.isPaused = false;
    busy.readAll();
    expect(busy.values).to.deep.equal([undefined, 'a']);
    for (const turn of turns) turn.resolve();
    await settled();
    expect(busy.values).to.deep.equal([undefined, ...'abcdefgh']);
  });

  it('lets the outcomes of other stores push nobody out', async () => {
    const slow = await watch(storeOnly('store-1'));
    slow.isPaused = true;
    for (let count = 0; count < 20; count++) source.find('x', 'store-2');
    source.find('a');
    await settled();
    slow.isPaused = false;
    slow.readAll();
    expect(slow.error).to.equal(undefined);
    expect(slow.values).to.deep.equal([undefined, 'a']);
  });

  it('ends a watch of several stores that falls behind with one of them', async () => {
    const slow = await watch(storeOnly('store-1', 'store-2'));
    const quiet = await watch(labelled('camera=3'));
    slow.isPaused = true;
    source.find('a', 'store-2');
    for (let count = 0; count < 4; count++) source.find('x', 'store-3');
    await settled();
    slow.isPaused = false;
    slow.readAll();
    expect(slow.error).to.include({ reason: 'WATCH_FELL_BEHIND' });
    expect(quiet.reader.error).to.equal(undefined);
  });

  it('keeps as many bytes as it may, and at least the newest', async () => {
    const slow = await watch(EVERYTHING);
    slow.isPaused = true;
    source.find('large', 'store-1', 'PROCESSED', { sizeBytes: 5_000 });
    await settled();
    slow.isPaused = false;
    slow.readAll();
    expect(slow.values).to.deep.equal([undefined, 'large']);
    slow.isPaused = true;
    source.find('a', 'store-1', 'PROCESSED', { sizeBytes: 600 });
    source.find('b', 'store-1', 'PROCESSED', { sizeBytes: 600 });
    await settled();
    slow.isPaused = false;
    slow.readAll();
    expect(slow.error).to.include({ reason: 'WATCH_FELL_BEHIND' });
  });

  it('moves the position of a watch on while nothing matches', async () => {
    const quiet = await watch(storeOnly('store-1'));
    expect(quiet.reader.findProgress()).to.equal(undefined);
    source.find('x', 'store-2');
    source.advance();
    await settled();
    expect(quiet.reader.findProgress()).to.deep.equal(source.position);
    expect(quiet.reader.findProgress(), 'told already').to.equal(undefined);
    quiet.isPaused = true;
    source.find('a');
    await settled();
    expect(quiet.reader.findProgress(), 'something is unread').to.equal(undefined);
  });

  it('waits out a position ahead of what has come here', async () => {
    await watch(EVERYTHING);
    source.find('a');
    await settled();
    const ahead = positionAt([3, 0]);
    const resumed = await watch(EVERYTHING, ahead);
    for (const value of ['b', 'c', 'd']) source.find(value);
    await settled();
    expect(resumed.values.filter(Boolean)).to.deep.equal(['d']);
  });

  it('tells a watch how far it has come while it catches up with what others want', async () => {
    createFeed({ progressMs: 0 });
    const gate = Promise.withResolvers<void>();
    source.catchUpGate = gate.promise;
    const found = ['a', 'b', 'c', 'd', 'e', 'f'].map(value => source.find(value));
    await watch(EVERYTHING);
    const resumed = await watch(labelled('camera=3'), positionAt([0, 0]));
    gate.resolve();
    await settled();
    const [start, ...told] = resumed.events;
    expect(start?.position).to.deep.equal(positionAt([0, 0]));
    expect(told).to.deep.equal([...found, source.position].map(position => ({ position })));
    expect(source.catchUps).to.equal(0);
  });

  it('refuses a position of another stream', async () => {
    const refused = await watch(EVERYTHING, positionAt([0, 0], 7));
    expect(refused.error).to.include({ reason: 'RESUME_TOKEN_OF_LOST_STREAM' });
    expect(feed.watches).to.equal(0);
  });

  it('ends all watches with the error of the subscription, those too that wait for it or catch up', async () => {
    source.find('a');
    source.catchUpGate = new Promise(() => {});
    const watches = [await watch(EVERYTHING), await watch(EVERYTHING, positionAt([0, 0]))];
    const lost = new OutcomeFeedError('OUTCOMES_LOST', 'gone');
    source.fail(lost);
    await settled();
    for (const { error } of watches) expect(error).to.equal(lost);
    expect(feed.watches).to.equal(0);
    const next = await watch(EVERYTHING);
    source.find('b');
    await settled();
    expect(next.values).to.deep.equal([undefined, 'b']);
  });

  it('keeps its subscription for a while, so that whoever comes back finds what it missed', async () => {
    createFeed({ lingerMs: 60_000 });
    const first = await watch(EVERYTHING);
    const after = source.find('a');
    await settled();
    first.reader.close();
    source.find('b');
    await settled();
    const back = await watch(EVERYTHING, after);
    expect(back.values.filter(Boolean)).to.deep.equal(['b']);
    expect(source.followers).to.equal(1);
  });
});

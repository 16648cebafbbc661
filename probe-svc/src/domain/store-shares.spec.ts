import { stopwatchBy } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { type QueueEntry, StoreShares } from './store-shares.ts';

describe('StoreShares', () => {
  let nowMs: number;
  let shares: StoreShares;

  beforeEach(() => {
    nowMs = 0;
    shares = new StoreShares(
      10,
      stopwatchBy(() => nowMs),
    );
  });

  const enter = (store: string, count: number): QueueEntry[] =>
    Array.from({ length: count }, () => shares.enter(store));
  const overShare = (entries: readonly QueueEntry[]) => entries.map(entry => entry.isOverShare());

  /** One probe whose reads take so long in all, and which then goes on without the video server. */
  const probe = (
    entry: QueueEntry,
    { readMs, reads = 1, otherMs = 0 }: { readMs: number; reads?: number; otherMs?: number },
  ) => {
    using running = entry.beginProbe();
    for (let i = 0; i < reads; i++) {
      using _ = running.beginRead();
      nowMs += readMs / reads;
    }
    nowMs += otherMs;
  };

  it('lets a store that is merely busy fill the queue', () => {
    const entries = enter('busy', 10);
    for (const entry of entries) probe(entry, { readMs: 100 });
    expect(overShare(entries)).to.not.include(true);
  });

  it('blames no store for what its probes wait for besides its video server', () => {
    const entries = enter('busy', 10);
    for (const entry of entries) probe(entry, { readMs: 100, otherMs: 15_000 });
    const running = entries[0]?.beginProbe();
    running?.beginRead()[Symbol.dispose]();
    nowMs += 15_000;
    expect(overShare(entries)).to.not.include(true);
  });

  it('adds up what the reads of one probe take', () => {
    const entries = enter('slow', 10);
    for (const entry of entries) probe(entry, { readMs: 4_000, reads: 4 });
    expect(overShare(entries)).to.not.include(false);
  });

  it('calls a slow store over its share until it has no more entries than there is room left', () => {
    const entries = enter('slow', 10);
    entries[0]?.beginProbe().beginRead();
    nowMs += 2_001;
    let left = 0;
    for (const entry of entries.slice(1)) {
      if (!entry.isOverShare()) continue;
      entry[Symbol.dispose]();
      left++;
    }
    expect(left).to.equal(5);
    expect(shares.enter('slow').isOverShare()).to.equal(true);
  });

  it('calls no other store over its share for it', () => {
    enter('slow', 9)[0]?.beginProbe().beginRead();
    nowMs += 60_000;
    expect(shares.enter('other').isOverShare()).to.equal(false);
  });

  it('remembers that a store was slow while its next probes are young, and forgets it as they get faster', () => {
    const entries = enter('hanging', 10);
    const last = entries.at(-1) as QueueEntry;
    for (let i = 0; i < 4; i++) probe(last, { readMs: 15_000 });
    expect(last.isOverShare()).to.equal(true);
    let probes = 0;
    for (; last.isOverShare(); probes++) probe(last, { readMs: 5 });
    expect(probes).to.be.within(5, 20);
  });

  it('forgets a store that has left', () => {
    const [entry, ...others] = enter('slow', 10) as [QueueEntry, ...QueueEntry[]];
    for (let i = 0; i < 8; i++) probe(entry, { readMs: 15_000 });
    expect(entry.isOverShare()).to.equal(true);
    for (const leaving of [entry, ...others]) leaving[Symbol.dispose]();
    expect(overShare(enter('slow', 10))).to.not.include(true);
  });
});

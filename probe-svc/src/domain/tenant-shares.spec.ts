import { expect } from 'chai';
import { type QueueEntry, TenantShares } from './tenant-shares.ts';

describe('TenantShares', () => {
  let nowMs: number;
  let shares: TenantShares;

  beforeEach(() => {
    nowMs = 0;
    shares = new TenantShares(10, () => nowMs);
  });

  const enter = (store: string, count: number): QueueEntry[] =>
    Array.from({ length: count }, () => shares.enter(store));
  const overShare = (entries: readonly QueueEntry[]) => entries.map(entry => entry.isOverShare());

  it('lets a tenant that is merely busy fill the queue', () => {
    const entries = enter('busy', 10);
    for (const entry of entries) {
      const probe = entry.beginProbe();
      nowMs += 100;
      probe[Symbol.dispose]();
    }
    expect(overShare(entries)).to.not.include(true);
  });

  it('calls a slow tenant over its share until it has no more entries than there is room left', () => {
    const entries = enter('slow', 10);
    entries[0]?.beginProbe();
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

  it('calls no other tenant over its share for it', () => {
    enter('slow', 9)[0]?.beginProbe();
    nowMs += 60_000;
    expect(shares.enter('other').isOverShare()).to.equal(false);
  });

  it('remembers that a tenant was slow while its next probes are young, and forgets it as they get faster', () => {
    const entries = enter('hanging', 10);
    const last = entries.at(-1) as QueueEntry;
    const probe = (tookMs: number) => {
      using _ = last.beginProbe();
      nowMs += tookMs;
    };
    for (let i = 0; i < 4; i++) probe(15_000);
    expect(last.isOverShare()).to.equal(true);
    let probes = 0;
    for (; last.isOverShare(); probes++) probe(5);
    expect(probes).to.be.within(5, 20);
  });

  it('forgets a tenant that has left', () => {
    const [entry, ...others] = enter('slow', 10) as [QueueEntry, ...QueueEntry[]];
    for (let i = 0; i < 8; i++) {
      using _ = entry.beginProbe();
      nowMs += 15_000;
    }
    expect(entry.isOverShare()).to.equal(true);
    for (const leaving of [entry, ...others]) leaving[Symbol.dispose]();
    expect(overShare(enter('slow', 10))).to.not.include(true);
  });
});

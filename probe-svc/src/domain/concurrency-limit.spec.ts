import { expect } from 'chai';
import fc from 'fast-check';
import { ConcurrencyLimit } from './concurrency-limit.ts';

type End = Parameters<ConcurrencyLimit['note']>[0];

describe('ConcurrencyLimit', () => {
  const note = (limit: ConcurrencyLimit, end: End, count: number) => {
    for (let i = 0; i < count; i++) limit.note(end);
  };

  it('halves while nobody gets an answer in time, down to eight, and grows back by an eighth', () => {
    const limit = new ConcurrencyLimit(128);
    const limits: number[] = [];
    const step = (end: End) => {
      note(limit, end, Math.max(16, limit.current / 2));
      limits.push(limit.current);
    };
    for (let i = 0; i < 5; i++) step('timed-out');
    for (let i = 0; i < 3; i++) step('answered');
    expect(limits).to.deep.equal([64, 32, 16, 8, 8, 9, 11, 13]);
    note(limit, 'answered', 1_000);
    expect(limit.current).to.equal(128);
  });

  it('stays as it is while a fifth of the reads is answered: one slow store is no overload', () => {
    const limit = new ConcurrencyLimit(128);
    for (let i = 0; i < 1_000; i++) limit.note(i % 5 === 0 ? 'answered' : 'timed-out');
    expect(limit.current).to.be.above(64);
  });

  it('is never above its maximum and never below eight, or below a smaller maximum', () => {
    const end = fc.constantFrom<End>('answered', 'timed-out');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(end, { maxLength: 500 }), (max, ends) => {
        const limit = new ConcurrencyLimit(max);
        for (const one of ends) {
          limit.note(one);
          expect(limit.current).to.be.within(Math.min(8, max), max);
        }
      }),
    );
  });
});

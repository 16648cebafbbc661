import { expect } from 'chai';
import { nextAttempt } from './attempt-history.ts';

describe('nextAttempt', () => {
  const noted = { attempts: 3, delivery: 5, isSuspect: false };

  it('counts no delivery in which nothing was attempted', () => {
    const nothing = { noted: undefined, underWay: [] };
    for (const delivery of [1, 2, 1_000]) {
      expect(nextAttempt(nothing, delivery)).to.deep.equal({ attempts: 1, isSuspect: false });
    }
    expect(nextAttempt({ noted, underWay: [] }, 9)).to.deep.equal({ attempts: 4, isSuspect: false });
  });

  it('suspects an alert whose attempt was never over, and counts that attempt', () => {
    expect(nextAttempt({ noted: undefined, underWay: [1] }, 2)).to.deep.equal({ attempts: 2, isSuspect: true });
    expect(nextAttempt({ noted, underWay: [6] }, 7)).to.deep.equal({ attempts: 5, isSuspect: true });
    expect(nextAttempt({ noted, underWay: [6, 7] }, 9)).to.deep.equal({ attempts: 6, isSuspect: true });
  });

  it('suspects no alert whose attempt was noted, though the process has not said yet that it is over', () => {
    expect(nextAttempt({ noted, underWay: [2, 5] }, 6)).to.deep.equal({ attempts: 4, isSuspect: false });
  });

  it('stays suspicious until there is an answer', () => {
    const suspect = { ...noted, isSuspect: true };
    expect(nextAttempt({ noted: suspect, underWay: [] }, 6)).to.deep.equal({ attempts: 4, isSuspect: true });
  });

  it('believes nothing that says more than can have happened to this message', () => {
    expect(nextAttempt({ noted, underWay: [7] }, 2)).to.deep.equal({ attempts: 1, isSuspect: false });
  });
});

import { expect } from 'chai';
import { tallyOf } from './alert-summary.ts';

describe('a tally of alerts', () => {
  it('has the most first, equal ones in the order of their values', () => {
    const [a, b, c] = [
      { value: 'a', alerts: 2 },
      { value: 'b', alerts: 2 },
      { value: 'c', alerts: 4 },
    ];
    expect(tallyOf([b, a, c])).to.deep.equal([c, a, b]);
    expect(tallyOf([])).to.deep.equal([]);
  });
});

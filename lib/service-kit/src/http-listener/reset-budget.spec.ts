import { expect } from 'chai';
import { ResetBudget } from './reset-budget.ts';

describe('ResetBudget', () => {
  it('bears many resets at once, and a steady few, but no more', () => {
    const budget = new ResetBudget({ maxResets: 100, resetsPerSecond: 10 });
    for (let count = 0; count < 100; count++) expect(budget.spend(5_000)).to.equal(false);
    expect(budget.spend(5_000)).to.equal(true);
    for (let second = 6; second < 1_000; second++) expect(budget.spend(second * 1_000)).to.equal(false);
  });
});

import { expect } from 'chai';
import { ReadBudget, ReadBudgetExceededError } from './read-budget.ts';

describe('ReadBudget', () => {
  it('allows ranges until their number is used up', () => {
    const budget = new ReadBudget({ maxBytes: 1_000, maxRequests: 2 });
    budget.allow({ offset: 0, lengthBytes: 1 });
    budget.allow({ offset: 5, lengthBytes: 1 });
    expect(() => budget.allow({ offset: 9, lengthBytes: 1 })).to.throw(ReadBudgetExceededError, '2 ranges');
  });

  it('cuts a range to what may still be read, and then refuses', () => {
    const budget = new ReadBudget({ maxBytes: 1_000, maxRequests: 10 });
    budget.spend(budget.allow({ offset: 0, lengthBytes: 600 }).lengthBytes);
    expect(budget.allow({ offset: 600, lengthBytes: 600 })).to.deep.equal({ offset: 600, lengthBytes: 400 });
    budget.spend(400);
    expect(() => budget.allow({ offset: 1_000, lengthBytes: 1 })).to.throw(ReadBudgetExceededError, '1000 bytes');
  });
});

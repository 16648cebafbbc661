import { expect } from 'chai';
import { summarize } from './alert-summary.ts';

describe('a summary of counts', () => {
  it('adds them up by status, store and failure code, the most first, equal ones in their order', () => {
    const summary = summarize([
      { store: 'b', status: 'PROCESSED', failureCode: undefined, alerts: 2 },
      { store: 'a', status: 'PROCESSED', failureCode: undefined, alerts: 1 },
      { store: 'a', status: 'FAILED', failureCode: 'NOT_A_VIDEO', alerts: 1 },
      { store: 'c', status: 'QUARANTINED', failureCode: 'NOT_A_VIDEO', alerts: 4 },
    ]);
    expect(summary).to.deep.equal({
      alerts: 8,
      byStatus: [
        { value: 'QUARANTINED', alerts: 4 },
        { value: 'PROCESSED', alerts: 3 },
        { value: 'FAILED', alerts: 1 },
      ],
      byStore: [
        { value: 'c', alerts: 4 },
        { value: 'a', alerts: 2 },
        { value: 'b', alerts: 2 },
      ],
      byFailureCode: [{ value: 'NOT_A_VIDEO', alerts: 5 }],
    });
    expect(summarize([])).to.deep.equal({ alerts: 0, byStatus: [], byStore: [], byFailureCode: [] });
  });
});

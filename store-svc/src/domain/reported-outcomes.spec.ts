import { expect } from 'chai';
import { ReportedOutcomes } from './reported-outcomes.ts';

const at = (sequence: number, ms: number) => ({ sequence, receivedAt: new Date(ms) });

describe('ReportedOutcomes', () => {
  it('knows what events report, until that was compared', () => {
    const reported = new ReportedOutcomes();
    reported.add({ reported: [3, 5], through: 2, missingBefore: undefined });
    expect([3, 4, 5].map(sequence => reported.has(at(sequence, 0)))).to.deep.equal([true, false, true]);
    reported.forgetThrough(3);
    expect([3, 5].map(sequence => reported.has(at(sequence, 0)))).to.deep.equal([false, true]);
    expect(reported.through).to.equal(2);
  });

  it('takes an outcome for reported if its event would no longer be kept', () => {
    const reported = new ReportedOutcomes();
    reported.add({ reported: [], through: 9, missingBefore: new Date(100) });
    reported.add({ reported: [], through: 12, missingBefore: undefined });
    expect(reported.has(at(1, 99))).to.equal(true);
    expect(reported.has(at(1, 100))).to.equal(false);
  });
});

import { expect } from 'chai';
import { alertMessage, malformedMessage, receivedAlert } from '../testing/sample-alerts.ts';
import { findLostWork } from './find-lost-work.ts';

const received = receivedAlert('a');
const message = alertMessage(received, { sequence: 7 });
const row = { ...received, sequence: 7, status: 'PROCESSED', outcomeSequence: 7 } as const;
const nothing = { row: undefined, isQuarantined: false, isReported: false };

describe('findLostWork', () => {
  it('misses the row of a message that has neither that nor a place in quarantine', () => {
    const other = { ...row, ...receivedAlert('a', { store: 'other' }) };
    for (const lost of [nothing, { ...nothing, row: other }]) {
      expect(findLostWork(message, lost)).to.equal('ROW');
      expect(findLostWork(message, { ...lost, isQuarantined: true })).to.equal(undefined);
    }
    expect(findLostWork(malformedMessage('no alert'), nothing)).to.equal('ROW');
    expect(findLostWork(malformedMessage('no alert'), { ...nothing, isQuarantined: true })).to.equal(undefined);
  });

  it('misses what reports the outcome of a message', () => {
    expect(findLostWork(message, { ...nothing, row })).to.equal('EVENT');
    expect(findLostWork(message, { ...nothing, row, isReported: true })).to.equal(undefined);
    const quarantined = { ...row, status: 'QUARANTINED' } as const;
    expect(findLostWork(message, { ...nothing, row: quarantined, isReported: true })).to.equal('EVENT');
    expect(findLostWork(message, { ...nothing, row: quarantined, isQuarantined: true })).to.equal(undefined);
  });

  it('misses nothing of a message whose alert has the outcome of another one, or waits for its own', () => {
    for (const outcomeSequence of [5, 9, null]) {
      expect(findLostWork(message, { ...nothing, row: { ...row, outcomeSequence } })).to.equal(undefined);
    }
  });
});

import type { Failure } from '@vigie/alert';
import { expect } from 'chai';
import type { DeadLetter } from '../ports/dead-letter-queue.fake.ts';
import type { DeadLetterQueue } from '../ports/dead-letter-queue.ts';
import { alertMessage, malformedMessage, receivedAlert } from './sample-alerts.ts';

const FAILURE: Failure = { code: 'UID_CONFLICT', message: 'another alert has its uid' };

export interface OpenQueue {
  readonly queue: DeadLetterQueue;
  /** In the order in which they were put in. */
  readonly read: () => Promise<readonly DeadLetter[]>;
}

/** What every DeadLetterQueue does. @param openEmpty a queue without messages */
export function describeDeadLetterQueue(openEmpty: () => Promise<OpenQueue>): void {
  let opened: OpenQueue;
  beforeEach(async () => {
    opened = await openEmpty();
  });

  it('keeps a message with its failure, its attempts and its trace', async () => {
    const message = alertMessage(receivedAlert('a'), { sequence: 7, attempts: 3 });
    await opened.queue.putMessage(message, FAILURE);
    const { traceId } = message;
    expect(await opened.read()).to.deep.equal([{ sequence: 7, uid: 'a', failure: FAILURE, attempts: 3, traceId }]);
  });

  it('keeps a message that is no alert', async () => {
    await opened.queue.putMessage(malformedMessage('not an alert'), { code: 'MALFORMED_MESSAGE', message: 'no alert' });
    expect((await opened.read()).map(({ uid, failure }) => [uid, failure.code])).to.deep.equal([
      [undefined, 'MALFORMED_MESSAGE'],
    ]);
  });

  it('keeps an alert that has a row', async () => {
    const received = receivedAlert('a');
    await opened.queue.putRecorded({ ...received, sequence: 7, status: 'PROCESSED', outcomeSequence: 7 }, FAILURE);
    const { traceId } = received;
    expect(await opened.read()).to.deep.equal([{ sequence: 7, uid: 'a', failure: FAILURE, attempts: 1, traceId }]);
  });

  it('keeps once what is put in twice, as a message and as its row', async () => {
    const received = receivedAlert('a');
    const message = alertMessage(received, { sequence: 7 });
    await opened.queue.putMessage(message, FAILURE);
    await opened.queue.putMessage({ ...message, attempts: 2 }, FAILURE);
    await opened.queue.putRecorded({ ...received, sequence: 7, status: 'RECEIVED', outcomeSequence: null }, FAILURE);
    await opened.queue.putMessage(alertMessage(receivedAlert('b'), { sequence: 8 }), FAILURE);
    expect((await opened.read()).map(({ uid, attempts }) => [uid, attempts])).to.deep.equal([
      ['a', 1],
      ['b', 1],
    ]);
  });
}

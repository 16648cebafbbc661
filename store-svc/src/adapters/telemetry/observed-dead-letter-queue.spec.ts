import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { Registry } from 'prom-client';
import { FakeDeadLetterQueue } from '../../ports/dead-letter-queue.fake.ts';
import { describeDeadLetterQueue } from '../../testing/dead-letter-queue.contract.ts';
import { alertMessage, receivedAlert } from '../../testing/sample-alerts.ts';
import { ObservedDeadLetterQueue } from './observed-dead-letter-queue.ts';
import { createStoreMetrics } from './store-metrics.ts';

describe('ObservedDeadLetterQueue', () => {
  function open() {
    const metrics = new Registry();
    const fake = new FakeDeadLetterQueue();
    const logger = createLogger('store-svc', 'silent');
    return { fake, metrics, queue: new ObservedDeadLetterQueue(fake, logger, createStoreMetrics(metrics)) };
  }

  describeDeadLetterQueue(async () => {
    const { fake, queue } = open();
    return { queue, read: async () => fake.letters };
  });

  it('counts what the queue has kept, by reason', async () => {
    const { fake, queue, metrics } = open();
    const message = alertMessage(receivedAlert('a'));
    const failure = { code: 'UID_CONFLICT', message: 'another alert has its uid' } as const;
    await queue.putMessage(message, failure);
    await queue.putRecorded({ ...receivedAlert('b'), sequence: 7, status: 'RECEIVED', outcomeSequence: null }, failure);
    fake.failure = new Error('the stream is away');
    expect(await queue.putMessage(message, failure).catch(error => error)).to.equal(fake.failure);
    expect(await metrics.metrics()).to.include('vigie_store_quarantined_total{reason="UID_CONFLICT"} 2');
  });
});

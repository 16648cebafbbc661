import { describeDeadLetterQueue } from '../testing/dead-letter-queue.contract.ts';
import { FakeDeadLetterQueue } from './dead-letter-queue.fake.ts';

describe('FakeDeadLetterQueue', () => {
  describeDeadLetterQueue(async () => {
    const queue = new FakeDeadLetterQueue();
    return { queue, read: async () => queue.letters };
  });
});

import { ensureStreams, readQuarantined } from '@vigie/alert/streams';
import { type OpenJetStream, openJetStream, scratchNats } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import type { DeadLetter } from '../../ports/dead-letter-queue.fake.ts';
import { DeadLetterQueueError } from '../../ports/dead-letter-queue.ts';
import { describeDeadLetterQueue } from '../../testing/dead-letter-queue.contract.ts';
import { alertMessage, receivedAlert } from '../../testing/sample-alerts.ts';
import { JetStreamDeadLetterQueue } from './jetstream-dead-letter-queue.ts';

describe('JetStreamDeadLetterQueue', () => {
  const teardown = new AsyncDisposableStack();
  let opened: OpenJetStream;

  before(async () => {
    const nats = await scratchNats(teardown);
    await nats.start();
    opened = await openJetStream(teardown, nats.url);
  });
  after(() => teardown.disposeAsync());

  async function openEmpty() {
    const { client, manager } = opened;
    // Made anew, so that it knows no message id of an earlier test.
    await manager.streams.delete('QUARANTINE').catch(() => undefined);
    await ensureStreams(manager, { maxBytes: 10_000_000, replicas: 1 });
    return { queue: new JetStreamDeadLetterQueue(client), read, manager };

    async function read(): Promise<DeadLetter[]> {
      const consumer = await client.consumers.get('QUARANTINE');
      const { num_pending: count } = await consumer.info();
      const letters: DeadLetter[] = [];
      for await (const message of await consumer.fetch({ max_messages: count })) {
        const { original, alert, failure, attempts, traceId } = readQuarantined(message);
        letters.push({ sequence: original.streamSequence, uid: alert?.uid, failure, attempts, traceId });
      }
      return letters;
    }
  }

  describeDeadLetterQueue(openEmpty);

  it('says that it has to be tried again while the stream stores nothing', async () => {
    const { queue, manager } = await openEmpty();
    await manager.streams.delete('QUARANTINE');
    const put = queue.putMessage(alertMessage(receivedAlert('a')), { code: 'INTERNAL', message: 'a bug' });
    expect(await put.catch(error => error)).to.be.instanceOf(DeadLetterQueueError);
  });
});

import type { PubAck } from '@nats-io/jetstream';
import { expect } from 'chai';
import { publishStored, UnstoredMessageError } from './publish-stored.ts';

const answering = (seq: number) => ({
  publish: async () => ({ stream: 'ALERTS', domain: '', seq, duplicate: true }) as PubAck,
});

describe('publishStored', () => {
  it('counts a duplicate that is in the stream as stored', async () => {
    expect(await publishStored(answering(7), 'alerts.received.a', '', {})).to.include({ seq: 7, duplicate: true });
  });

  it('fails if the answer names no position in the stream', async () => {
    const error = await publishStored(answering(0), 'alerts.received.a', '', {}).catch((caught: unknown) => caught);
    expect(error).to.instanceOf(UnstoredMessageError);
  });
});

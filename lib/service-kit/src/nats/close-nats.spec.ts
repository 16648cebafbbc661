import { connect } from '@nats-io/transport-node';
import { type ScratchNats, startScratchNats } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { closeNats } from './close-nats.ts';
import { readNatsUrl } from './nats-url.ts';

describe('closeNats', () => {
  let nats: ScratchNats;

  before(async () => {
    nats = await startScratchNats();
  });
  after(() => nats[Symbol.asyncDispose]());

  const open = () => connect({ ...readNatsUrl(nats.url), maxReconnectAttempts: -1, reconnectTimeWait: 50 });

  it('sends what is still to be sent', async () => {
    const reader = await open();
    const subscription = reader.subscribe('last-words', { max: 1 });
    await reader.flush();
    const connection = await open();
    connection.publish('last-words', 'goodbye');
    await closeNats(connection);
    for await (const message of subscription) expect(message.string()).to.equal('goodbye');
    await reader.close();
  });

  it('does not wait for a server that is frozen', async () => {
    const connection = await open();
    nats.server.kill('SIGSTOP');
    try {
      await closeNats(connection);
    } finally {
      nats.server.kill('SIGCONT');
    }
    await connection.closed();
  });

  it('does not wait for a server that is gone', async () => {
    const connection = await open();
    const status = connection.status();
    await nats.server.stop();
    for await (const { type } of status) if (type === 'disconnect') break;
    await closeNats(connection);
    await connection.closed();
    await nats.server.start();
  });
});

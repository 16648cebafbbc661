import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { temporaryDir } from '../testing/temporary-dir.ts';
import { NatsServer } from './nats-server.ts';

describe('NatsServer', () => {
  it('keeps an acknowledged message over a kill -9', async () => {
    await using dir = await temporaryDir();
    const nats = await freshNats(dir.path);
    try {
      await nats.start();
      const connection = await connect({
        ...readNatsUrl(nats.url),
        maxReconnectAttempts: -1,
        reconnectTimeWait: 50,
      });
      const streams = await jetstreamManager(connection);
      await streams.streams.add({ name: 'KEPT', subjects: ['kept.*'] });
      await jetstream(connection).publish('kept.a', 'payload');
      nats.kill('SIGKILL');
      await nats.waitUntilExited();
      await nats.start();
      const again = await connect({ ...readNatsUrl(nats.url) });
      const info = await (await jetstreamManager(again)).streams.info('KEPT');
      expect(info.state.messages).to.equal(1);
      await Promise.all([connection.close(), again.close()]);
    } finally {
      await nats.stop();
    }
  });

  it('answers on its monitoring port', async () => {
    await using dir = await temporaryDir();
    const nats = await freshNats(dir.path);
    try {
      await nats.start();
      const { config } = (await (await fetch(`${nats.monitorUrl}/jsz`)).json()) as { config: { sync_always: boolean } };
      expect(config.sync_always).to.equal(true);
    } finally {
      await nats.stop();
    }
  });
});

async function freshNats(dataDir: string): Promise<NatsServer> {
  const [port, monitorPort] = await pickFreePorts(2);
  return new NatsServer({ dataDir, port: port as number, monitorPort: monitorPort as number });
}

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { Health } from '../telemetry/health.ts';
import { connectNats } from './nats-connection.ts';

describe('connectNats', function () {
  this.timeout(30_000);

  it('refuses a server that is too old, and says which and what to use', async () => {
    const old = {
      server_id: 'OLD',
      version: '2.9.10',
      max_payload: 1_048_576,
      proto: 1,
      headers: true,
      jetstream: true,
    };
    // Answers as far as a client needs to take it for connected.
    const server = createServer(socket => {
      socket.write(`INFO ${JSON.stringify(old)} \r\n`);
      socket.on('data', data => void (data.includes('PING') && socket.write('PONG\r\n')));
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const error = await connectNats({ url, name: 'spec', ...observers() }).catch(error => error);
      expect(error).property('name', 'NatsStartError');
      expect(error.message).match(/2\.9\.10 is too old and can lose accepted alerts: .* Use 2\.10\.27 or later/);
    } finally {
      server.close();
    }
  });
});

function observers() {
  return { logger: pino({ level: 'silent' }), health: new Health() };
}

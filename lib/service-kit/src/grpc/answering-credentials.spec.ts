import { Client } from '@grpc/grpc-js';
import { TcpFaultProxy } from '@vigie/dev-env/faults';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import { AnsweringCredentials } from './answering-credentials.ts';
import { startSpecServer } from './testing/spec-server.ts';

const READY_TIMEOUT_MS = 60_000;

describe('AnsweringCredentials', () => {
  function openClient(port: number, firstWordTimeoutMs: number): Client & Disposable {
    const client = new Client(`127.0.0.1:${port}`, new AnsweringCredentials({ firstWordTimeoutMs }), {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.use_local_subchannel_pool': 1,
    });
    return Object.assign(client, { [Symbol.dispose]: () => client.close() });
  }

  const becomesReady = (client: Client, timeoutMs: number): Promise<boolean> =>
    new Promise(resolve => client.waitForReady(Date.now() + timeoutMs, error => resolve(error === undefined)));

  it('gives a connection up that is accepted and stays silent, and connects anew', async () => {
    await using server = await startSpecServer(AlertService, {});
    await using proxy = await TcpFaultProxy.start(server.port);
    proxy.fault = { kind: 'half-open' };
    using client = openClient(proxy.port, 300);
    expect(await becomesReady(client, 100)).to.equal(false);
    proxy.fault = { kind: 'none' };
    expect(await becomesReady(client, READY_TIMEOUT_MS)).to.equal(true);
  });

  it('leaves a connection alone whose server has spoken', async () => {
    await using server = await startSpecServer(AlertService, {});
    await using proxy = await TcpFaultProxy.start(server.port);
    using client = openClient(proxy.port, 100);
    expect(await becomesReady(client, READY_TIMEOUT_MS)).to.equal(true);
    const changed = new Promise<boolean>(resolve => {
      client
        .getChannel()
        .watchConnectivityState(client.getChannel().getConnectivityState(false), Date.now() + 500, late =>
          resolve(late === undefined),
        );
    });
    expect(await changed).to.equal(false);
  });
});

import { NatsServer } from '@vigie/dev-env/servers/nats-server.ts';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports/free-ports.ts';
import { temporaryDir } from '@vigie/dev-env/testing/temporary-dir.ts';

/** A nats-server of its own on free ports, not yet started. */
export async function realNats(teardown: AsyncDisposableStack): Promise<NatsServer> {
  const dir = teardown.use(await temporaryDir());
  const [port, monitorPort] = await pickFreePorts(2);
  const nats = new NatsServer({
    dataDir: dir.path,
    port: port as number,
    monitorPort: monitorPort as number,
  });
  teardown.defer(() => nats.stop());
  return nats;
}

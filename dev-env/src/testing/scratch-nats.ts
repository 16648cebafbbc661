import { NatsServer } from '../servers/nats-server.ts';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { temporaryDir } from './temporary-dir.ts';

export interface ScratchNats extends AsyncDisposable {
  readonly server: NatsServer;
  readonly url: string;
}

/** A real nats-server on a free port, whose streams are gone when the block that owns it ends. */
export async function startScratchNats(limits: { maxFileStoreBytes?: number } = {}): Promise<ScratchNats> {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await temporaryDir());
  const [port, monitorPort] = (await pickFreePorts(2)) as [number, number];
  const server = new NatsServer({ dataDir: dir.path, port, monitorPort, ...limits });
  stack.defer(() => server.stop());
  await server.start();
  const owned = stack.move();
  return { server, url: server.url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

import { NatsServer } from '../servers/nats-server.ts';
import type { NatsUser } from '../servers/nats-users.ts';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { temporaryDir } from './temporary-dir.ts';

/** A real nats-server on free ports, not yet started, that is gone with all it holds when `teardown` is disposed of. */
export async function scratchNats(teardown: AsyncDisposableStack): Promise<NatsServer> {
  const dir = teardown.use(await temporaryDir());
  const [port, monitorPort] = (await pickFreePorts(2)) as [number, number];
  const server = new NatsServer({ dataDir: dir.path, port, monitorPort });
  teardown.defer(() => server.stop());
  return server;
}

export interface ScratchNats extends AsyncDisposable {
  readonly server: NatsServer;
  /** For the operator, who may do everything. */
  readonly url: string;
  readonly urlOf: (user: NatsUser) => string;
}

/** The same, started, for the block that owns it. */
export async function startScratchNats(): Promise<ScratchNats> {
  await using stack = new AsyncDisposableStack();
  const server = await scratchNats(stack);
  await server.start();
  const owned = stack.move();
  return {
    server,
    url: server.url,
    urlOf: user => server.urlOf(user),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

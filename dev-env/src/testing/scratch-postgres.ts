import { EmbeddedPostgres } from '../servers/embedded-postgres.ts';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { temporaryDir } from './temporary-dir.ts';

/** A real Postgres on a free port, not yet started, that is gone with all it holds when `teardown` is disposed of. */
export async function scratchPostgres(teardown: AsyncDisposableStack): Promise<EmbeddedPostgres> {
  const dir = teardown.use(await temporaryDir());
  const [port] = (await pickFreePorts(1)) as [number];
  const server = new EmbeddedPostgres({ dataDir: dir.path, port });
  teardown.defer(async () => {
    // A frozen one wouldn't hear that it is to stop.
    server.kill('SIGCONT');
    await server.stop();
  });
  return server;
}

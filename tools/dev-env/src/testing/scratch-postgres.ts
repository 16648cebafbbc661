import { EmbeddedPostgres } from '../servers/embedded-postgres.ts';
import { pickFreePorts } from '../tcp-ports/free-ports.ts';
import { temporaryDir } from './temporary-dir.ts';

export interface ScratchPostgresOptions {
  /** A folder of the caller's; a temporary one by default. */
  readonly dataDir?: string;
}

/** A real Postgres on a free port, not yet started, that is gone with all it holds when `teardown` is disposed of. */
export async function scratchPostgres(
  teardown: AsyncDisposableStack,
  options: ScratchPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const dataDir = options.dataDir ?? teardown.use(await temporaryDir()).path;
  const [port] = (await pickFreePorts(1)) as [number];
  const server = new EmbeddedPostgres({ dataDir, port });
  teardown.defer(async () => {
    // A frozen one wouldn't hear that it is to stop.
    server.kill('SIGCONT');
    await server.stop();
  });
  return server;
}

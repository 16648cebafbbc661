import { EmbeddedPostgres } from '@vigie/dev-env/servers/embedded-postgres.ts';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports/free-ports.ts';
import { temporaryDir } from '@vigie/dev-env/testing/temporary-dir.ts';

/** A Postgres of its own on a free port, not yet started. */
export async function realPostgres(teardown: AsyncDisposableStack): Promise<EmbeddedPostgres> {
  const dir = teardown.use(await temporaryDir());
  const [port] = await pickFreePorts(1);
  const postgres = new EmbeddedPostgres({ dataDir: dir.path, port: port as number });
  teardown.defer(async () => {
    // A frozen one wouldn't hear that it is to stop.
    postgres.kill('SIGCONT');
    await postgres.stop();
  });
  return postgres;
}

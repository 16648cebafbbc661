import { isFitNatsServer, OLDEST_FIT_NATS_SERVER } from '../../setup/nats-server-version.mjs';
import { DevEnvError } from '../dev-env-error.ts';
import { readNatsInfo } from './nats-info.ts';

const DEFAULT_PORT = 4222;

/** @throws DevEnvError if the server of NATS_URL does not answer, has no JetStream, or is one that loses accepted alerts */
export async function ensureFitNats(url: string): Promise<void> {
  const [first = ''] = url.split(',');
  const { hostname, port } = new URL(first);
  const info = await readNatsInfo(hostname, Number(port) || DEFAULT_PORT).catch((cause: Error) => {
    throw new DevEnvError(
      `NATS_URL ${url}: no nats-server answers there (${cause.message}). Start it, or unset NATS_URL.`,
      { cause },
    );
  });
  if (!isFitNatsServer(info.version)) {
    throw new DevEnvError(
      `NATS_URL ${url}: nats-server ${info.version} is too old and can lose accepted alerts. ` +
        `Use ${OLDEST_FIT_NATS_SERVER} or later, or unset NATS_URL.`,
    );
  }
  if (!info.jetstream)
    throw new DevEnvError(`NATS_URL ${url}: this nats-server runs without JetStream. Start it with --jetstream.`);
}

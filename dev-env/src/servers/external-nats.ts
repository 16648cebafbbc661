import { findNatsServerFault } from '@vigie/mesh/jetstream/nats-server-version.mjs';
import { DevEnvError } from '../dev-env-error.ts';
import { readNatsInfo } from './nats-info.ts';

const DEFAULT_PORT = 4222;

/** @throws DevEnvError if the server of NATS_URL does not answer, has no JetStream, or is one that loses accepted alerts */
export async function ensureFitNats(url: string): Promise<void> {
  const [first = ''] = url.split(',');
  // Without the credentials.
  const { host: place, hostname, port } = new URL(first);
  const info = await readNatsInfo(hostname, Number(port) || DEFAULT_PORT).catch((cause: Error) => {
    throw new DevEnvError(
      `NATS_URL ${place}: no nats-server answers there (${cause.message}). Start it, or unset NATS_URL.`,
      { cause },
    );
  });
  const fault = findNatsServerFault(info.version);
  if (fault !== undefined) throw new DevEnvError(`NATS_URL ${place}: ${fault}, or unset NATS_URL.`);
  if (!info.jetstream)
    throw new DevEnvError(`NATS_URL ${place}: this nats-server runs without JetStream. Start it with --jetstream.`);
}

import { findNatsServerProblem, readNatsUrl } from '@vigie/service-kit/nats';
import { DevEnvError } from '../dev-env-error.ts';
import { type NatsInfo, readNatsInfo } from './nats-info.ts';

const DEFAULT_PORT = 4222;

/**
 * @param natsUrl as for `readNatsUrl`; if it names several servers, one of them has to answer
 * @throws DevEnvError if no server answers, or if one has no JetStream or is of a version that loses accepted alerts
 */
export async function ensureFitNats(natsUrl: string): Promise<void> {
  const places = readNatsUrl(natsUrl).servers.map(server => new URL(server));
  const answers = await Promise.allSettled(places.map(ask));
  for (const [index, answer] of answers.entries()) {
    if (answer.status === 'fulfilled') ensureFit((places[index] as URL).host, answer.value);
  }
  if (answers.some(({ status }) => status === 'fulfilled')) return;
  const [{ reason: cause }] = answers as [PromiseRejectedResult];
  throw new DevEnvError(
    `NATS_URL ${places.map(({ host }) => host).join(', ')}: no nats-server answers there (${cause.message}). ` +
      'Start it, or unset NATS_URL.',
    { cause },
  );
}

function ask({ hostname, port }: URL): Promise<NatsInfo> {
  return readNatsInfo(hostname, Number(port) || DEFAULT_PORT);
}

function ensureFit(host: string, { version, jetstream }: NatsInfo): void {
  const problem = findNatsServerProblem(version);
  if (problem !== undefined) throw new DevEnvError(`NATS_URL ${host}: ${problem}, or unset NATS_URL.`);
  if (!jetstream)
    throw new DevEnvError(`NATS_URL ${host}: this nats-server runs without JetStream. Start it with --jetstream.`);
}

import path from 'node:path';
import type { Mesh } from '@vigie/dev-env';
import { PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';
import { documentedBlock } from './documented-blocks.ts';
import { LineProcess } from './line-process.ts';
import { onMesh } from './on-mesh.ts';

const VIDEO_FILE = path.join(PROJECT_DIR, 'nginx/videos/mp4-faststart.mp4');

/**
 * Has a client call everything on a mesh, directly and through the gateway, over a restart of what it calls. The client
 * takes the addresses of ingest-svc, store-svc and probe-svc, what its uids and its store begin with, and a video. It
 * says when the server is to be restarted, goes on calling until a line tells it that this is done, and says when it is
 * done itself.
 *
 * @throws Error if a call fails that should not, or the other way round
 */
export async function callEverything(client: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  await onMesh(mesh => callBothWays(mesh, client, args, env));
}

async function callBothWays(mesh: Mesh, client: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const services = (['ingest-svc', 'store-svc', 'probe-svc'] as const).map(name => mesh.service(name).address);
  const gateway = new URL(mesh.url).host;
  const ways = [
    { prefix: 'direct-', addresses: services, restarted: 'ingest-svc' },
    { prefix: 'gateway-', addresses: [gateway, gateway, gateway], restarted: 'gateway' },
  ] as const;
  for (const { prefix, addresses, restarted } of ways) {
    await using caller = new LineProcess(client, [...args, ...addresses, prefix, VIDEO_FILE], {
      ...env,
      SERVICE_CONFIG: patientServiceConfig(),
    });
    await caller.until('restart the server');
    await mesh.service(restarted).restart();
    caller.goOn();
    await caller.until('done');
  }
}

/** The documented one, with time for a restart beside the compilers of other checks: more than the 10 s of a user. */
function patientServiceConfig(): string {
  return documentedBlock('json', 'retryPolicy').replace('"timeout": "10s"', '"timeout": "60s"');
}

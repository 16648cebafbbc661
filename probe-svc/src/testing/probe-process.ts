import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import type { ProbeMesh } from './probe-mesh.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** The ack wait is five seconds longer than a probe may take. */
const PROBE_TIMEOUT_MS = 1_000;

/**
 * probe-svc as it is run, a process of its own, which `teardown` ends.
 *
 * @param nodeOptions before the main file
 */
export async function startProbeProcess(
  teardown: AsyncDisposableStack,
  mesh: ProbeMesh,
  nodeOptions: readonly string[] = [],
  overrides: NodeJS.ProcessEnv = {},
): Promise<ChildProcess> {
  const [port, healthPort] = (await pickFreePorts(2)) as [number, number];
  const env = {
    ...process.env,
    ...mesh.environment(port),
    HEALTH_PORT: String(healthPort),
    LOG_LEVEL: 'fatal',
    PROBE_TIMEOUT_MS: String(PROBE_TIMEOUT_MS),
    ...overrides,
  };
  const child = spawn(process.execPath, [...nodeOptions, MAIN], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  teardown.defer(() => void child.kill('SIGKILL'));
  return child;
}

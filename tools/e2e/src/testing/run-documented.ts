import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DOCUMENTED_PATH } from './documented-script.ts';

const LIMIT_MS = 100_000;

/**
 * Runs lines as a person pastes them into bash, but without what the machine's own start-up files do. Ends with the
 * first line that fails.
 *
 * @param env above that of this process, without a key of another mesh that its shell may have exported
 * @returns what all lines print
 */
export async function runDocumented(script: string, cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = {
    ...{ cwd, timeout: LIMIT_MS, maxBuffer: 2 ** 24 },
    env: { ...process.env, PATH: DOCUMENTED_PATH, VIGIE_TOKEN: '', ...env },
  };
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', script], options);
  return stdout + stderr;
}

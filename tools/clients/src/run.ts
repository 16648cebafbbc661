import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

const MAX_OUTPUT_BYTES = 2 ** 24;
/** Of one command; a registry that hangs must not hold up everything. */
const TIMEOUT_MS = 600_000;

/** Runs a shell script that ends with its first command that fails. @throws Error with what it said */
export async function runScript(script: string, { cwd, env }: RunOptions): Promise<void> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: MAX_OUTPUT_BYTES, timeout: TIMEOUT_MS };
  try {
    await promisify(execFile)('bash', ['-euc', script], options);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${script.trim()}\n${stdout}${stderr}`.trimEnd(), { cause: error });
  }
}

/** Whether the machine has a program; `args` ask it for its version. */
export function hasProgram(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The words that call `vigie`. */
export const VIGIE = [process.execPath, path.join(import.meta.dirname, '../main.ts')] as const;

/**
 * Starts `vigie` in a folder, where it also keeps sessions: whoever runs tests may have logged in, or have exported a
 * key of another mesh, as the README says.
 */
export function startVigie(
  args: readonly string[],
  dir: string,
  env: NodeJS.ProcessEnv,
): ChildProcessWithoutNullStreams {
  const [node, main] = VIGIE;
  return spawn(node, [main, ...args], {
    cwd: dir,
    env: { ...process.env, VIGIE_TOKEN: '', XDG_CONFIG_HOME: dir, ...env },
  });
}

/** What a process has said by its end. */
export async function endOf(child: ChildProcessWithoutNullStreams, input = ''): Promise<Ended> {
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

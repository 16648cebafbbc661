import { execFile } from 'node:child_process';
import path from 'node:path';

export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The servers of a command, as its environment names them. */
export interface CommandServers {
  readonly postgresUrl: string;
  readonly natsUrl: string;
}

/** Runs `npm run backup` or `npm run restore` without its set-up, as a process of its own. */
export function runMain(
  command: 'backup' | 'restore',
  args: readonly string[],
  { postgresUrl, natsUrl }: CommandServers,
): Promise<CommandEnd> {
  const main = path.join(import.meta.dirname, `../${command}-main.ts`);
  const env = { ...process.env, DATABASE_MIGRATION_URL: postgresUrl, NATS_URL: natsUrl };
  return new Promise(resolve => {
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

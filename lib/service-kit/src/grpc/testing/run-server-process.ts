import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface ServerProcess extends AsyncDisposable {
  readonly address: string;
  freeze(): void;
  thaw(): void;
}

/** Starts `server-process.ts`; it is gone with the block that owns it. */
export async function runServerProcess(): Promise<ServerProcess> {
  const main = path.join(import.meta.dirname, 'server-process.ts');
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [address] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    address,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { NoisyCounts, NoisyRequest } from './noisy-callers-process.ts';

const PROCESS = fileURLToPath(new URL('noisy-callers-process.ts', import.meta.url));
/** They would be on other machines: what they cost to run is not to slow the mesh. */
const LOWEST_PRIORITY = 19;

/** Callers from 127.0.0.2 on, in a process of their own. Disposing of it ends them. */
export class NoisyCallers implements AsyncDisposable {
  readonly #process: ChildProcess;

  static async start(gatewayUrl: string, callers: number): Promise<NoisyCallers> {
    const noisy = new NoisyCallers(fork(PROCESS, [gatewayUrl, String(callers)]));
    setPriority(noisy.#process.pid as number, LOWEST_PRIORITY);
    await noisy.#message();
    return noisy;
  }

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** @returns how many of their calls were answered so far */
  async ask(request: NoisyRequest): Promise<NoisyCounts> {
    const answer = this.#message();
    this.#process.send(request);
    return (await answer) as NoisyCounts;
  }

  async #message(): Promise<unknown> {
    const exited = once(this.#process, 'exit').then(([code]) => {
      throw new Error(`the process of the noisy callers has ended with ${code}`);
    });
    const [message] = await Promise.race([once(this.#process, 'message'), exited]);
    return message;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill();
    await exited;
  }
}

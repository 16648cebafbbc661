import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { boundToParent } from '@vigie/dev-env/processes';

/** Programs beside the mesh that use as much CPU as they get, as `yes >/dev/null` does. Disposing of them ends them. */
export class BusyNeighbours implements AsyncDisposable {
  readonly #processes: readonly ChildProcess[];

  static async start(count: number): Promise<BusyNeighbours> {
    const loop = { file: '/bin/sh', args: ['-c', 'while :; do :; done'], env: process.env };
    const { file, args, env } = boundToParent(loop, 'SIGKILL');
    // A session each: Linux may share the CPU between sessions first (autogroup), and the services have one each too.
    const processes = Array.from({ length: count }, () => spawn(file, args, { env, stdio: 'ignore', detached: true }));
    await Promise.all(processes.map(process => once(process, 'spawn')));
    return new BusyNeighbours(processes);
  }

  private constructor(processes: readonly ChildProcess[]) {
    this.#processes = processes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exits = this.#processes.map(each => once(each, 'exit'));
    for (const each of this.#processes) each.kill('SIGKILL');
    await Promise.all(exits);
  }
}

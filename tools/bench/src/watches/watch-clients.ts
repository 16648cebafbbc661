import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClientReply, ClientRequest, WatchCounts } from './watch-clients-process.ts';

const PROCESS = fileURLToPath(new URL('watch-clients-process.ts', import.meta.url));

/** The clients of all watches, in a process of their own. Disposing of it ends them. */
export class WatchClients implements AsyncDisposable {
  readonly #process: ChildProcess;

  /** Resolves once each watch has begun. */
  static async open(gatewayUrl: string, watches: number): Promise<WatchClients> {
    const clients = new WatchClients(fork(PROCESS, [gatewayUrl, String(watches)]));
    await clients.#reply('open');
    return clients;
  }

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Waits until each watch has the outcomes of its store's alerts, but no longer than a minute. */
  async countOutcomes(uidsByStore: Readonly<Record<string, readonly string[]>>): Promise<WatchCounts> {
    const request: ClientRequest = { uidsByStore };
    this.#process.send(request);
    const reply = await this.#reply('counted');
    return reply.counts;
  }

  async #reply<K extends ClientReply['kind']>(kind: K): Promise<ClientReply & { readonly kind: K }> {
    const exited = once(this.#process, 'exit').then(([code]) => {
      throw new Error(`the process of the watches has ended with ${code}`);
    });
    const [reply] = (await Promise.race([once(this.#process, 'message'), exited])) as [ClientReply];
    if (reply.kind !== kind) throw new Error(`the process of the watches says ${reply.kind} instead of ${kind}`);
    return reply as ClientReply & { readonly kind: K };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill();
    await exited;
  }
}

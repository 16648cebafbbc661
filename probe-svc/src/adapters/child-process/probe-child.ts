import { type ChildProcess, spawn } from 'node:child_process';
import { addAbortListener } from 'node:events';
import type { HeaderAnswer } from '../../ports/header-probe.ts';
import { type ChildDeath, describeDeath } from './child-death.ts';
import type { ChildMessage, ProbeQuestion } from './child-messages.ts';

export interface ProbeChildOptions {
  /** The module that the child runs, and its arguments. */
  readonly main: readonly [string, ...string[]];
  /** Most private memory that the child may hold. */
  readonly memoryBytes: number;
  readonly env: NodeJS.ProcessEnv;
}

export type Reply =
  | { readonly kind: 'answer'; readonly answer: HeaderAnswer }
  | { readonly kind: 'died'; readonly death: ChildDeath }
  /** No answer came in time; the child is ended. */
  | { readonly kind: 'overdue' };

/** The child could not be started, or the decoder could not be asked: nothing is known about the file. */
export class ProbeChildError extends Error {
  override readonly name = 'ProbeChildError';
  readonly reason = 'PROBE_CHILD_UNAVAILABLE';
}

const START_TIMEOUT_MS = 20_000;
const KEPT_STDERR_CHARACTERS = 2_000;

/** V8 maps room for compiled code as writable, all at once; it counts, though hardly any of it is ever used. */
const CODE_RANGE_BYTES = 512 * 1024 * 1024;

/**
 * RLIMIT_DATA counts private memory that can be written; RLIMIT_AS would count the address space that V8 reserves too.
 * The shell is the one way to set it that needs no other package. No core files: a hostile file could fill the disk
 * with them. If memory runs out all the same, Linux ends the child before the service.
 */
const LIMITED =
  'ulimit -c 0 && ulimit -d "$0" && { echo 1000 >/proc/self/oom_score_adj || :; } 2>/dev/null && exec "$@"';

/** A process that probes and may die of it. It ends with this process, however that ends. */
export class ProbeChild {
  /** Questions that it has answered. */
  answers = 0;
  readonly #process: ChildProcess;
  #stderr = '';
  #death: ChildDeath | undefined;
  #onMessage: (message: ChildMessage) => void = () => {};
  #onDeath: (death: ChildDeath) => void = () => {};

  /**
   * Rejects with the signal's reason when that aborts, and ends the child then.
   *
   * @throws ProbeChildError
   */
  static async start(options: ProbeChildOptions, signal?: AbortSignal): Promise<ProbeChild> {
    const child = new ProbeChild(options);
    await child.#ready(signal);
    return child;
  }

  private constructor({ main, memoryBytes, env }: ProbeChildOptions) {
    const flags = process.execArgv.filter(flag => !flag.startsWith('--inspect'));
    const command = [String(Math.ceil((memoryBytes + CODE_RANGE_BYTES) / 1024)), process.execPath, ...flags, ...main];
    this.#process = spawn('/bin/sh', ['-c', LIMITED, ...command], {
      // A group of its own: Ctrl-C at a terminal must not look like a crash of the decoder.
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env,
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    this.#process.on('message', message => this.#onMessage(message as ChildMessage));
    this.#process.on('error', error => this.#die({ exitCode: null, signal: null, error }));
    this.#process.on('close', (exitCode, signal) => this.#die({ exitCode, signal }));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get dead(): boolean {
    return this.#death !== undefined;
  }

  /**
   * Rejects with the signal's reason when that aborts, and ends the child then.
   *
   * @param timeLimitMs after which the child is ended
   * @throws ProbeChildError
   */
  ask(question: ProbeQuestion, timeLimitMs: number, signal: AbortSignal | undefined): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const abortListener = this.#endOnAbort(signal, reject);
    const limit = setTimeout(() => {
      resolve({ kind: 'overdue' });
      this.kill();
    }, timeLimitMs);
    this.#onDeath = death => resolve({ kind: 'died', death });
    this.#onMessage = message => {
      if (message.kind === 'answer') {
        this.answers++;
        resolve(message);
      } else if (message.kind === 'error')
        reject(new ProbeChildError(`The decoder can't be asked: ${message.message}.`));
    };
    if (this.#death !== undefined) this.#onDeath(this.#death);
    else this.#send(question);
    return promise.finally(() => {
      clearTimeout(limit);
      abortListener?.[Symbol.dispose]();
      this.#onDeath = () => {};
      this.#onMessage = () => {};
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  async #ready(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    using _ = this.#endOnAbort(signal, reject);
    const limit = setTimeout(() => {
      reject(new ProbeChildError(`The child process wasn't ready within ${START_TIMEOUT_MS} ms.`));
      this.kill();
    }, START_TIMEOUT_MS);
    this.#onMessage = () => resolve();
    this.#onDeath = death =>
      reject(
        new ProbeChildError(
          `The child process didn't start: ${describeDeath(death)}; ${this.#stderr.trim() || 'it said nothing'}.`,
        ),
      );
    await promise.finally(() => clearTimeout(limit));
  }

  /** Disposing of it lets the child live on whatever the signal says. */
  #endOnAbort(signal: AbortSignal | undefined, reject: (reason: unknown) => void): Disposable | undefined {
    return (
      signal &&
      addAbortListener(signal, () => {
        reject(signal.reason);
        this.kill();
      })
    );
  }

  #send(question: ProbeQuestion): void {
    this.#process.send(question, error => {
      // A child that ends takes the pipe with it: then its end says more than the error.
      if (error !== null && this.#process.exitCode === null && this.#process.signalCode === null) this.kill();
    });
  }

  #die(death: Omit<ChildDeath, 'stderr'>): void {
    this.#death ??= { ...death, stderr: this.#stderr };
    this.#onDeath(this.#death);
  }
}

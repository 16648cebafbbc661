import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The slowest loop pauses for up to 30 s. */
const LINE_TIMEOUT_MS = 90_000;

/** A client that says on its stdout, a line each, how far it is. */
export class LineProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #said: string[] = [];

  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#child.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]();
  }

  /** Resolves once it has said that line. */
  async until(wanted: string): Promise<void> {
    const timeout = AbortSignal.timeout(LINE_TIMEOUT_MS);
    const timedOut = once(timeout, 'abort').then(() => undefined);
    while (true) {
      const line = await Promise.race([this.#lines.next(), timedOut]);
      if (line === undefined || line.done) {
        throw new Error(`The client does not say "${wanted}", only: ${this.#said.join(', ') || 'nothing'}.`);
      }
      this.#said.push(line.value);
      if (line.value === wanted) return;
    }
  }

  /** Sends it an empty line. */
  goOn(): void {
    this.#child.stdin?.write('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

import { type Backoff, backoffDelayMs, pause } from '@vigie/service-kit/async';
import type { Mesh } from '../mesh.ts';
import type { ProcessExit, SupervisedProcess } from '../processes/supervised-process.ts';

export interface RestartOptions {
  /** Ends the restarts. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** The pauses before a process is started again that has crashed more than once. */
  readonly backoff?: Backoff;
  /** A process that was ready for this long begins with the first pause again. */
  readonly steadyMs?: number;
}

const BACKOFF: Backoff = { baseMs: 1_000, maxMs: 30_000 };
const STEADY_MS = 60_000;
const LOG_LINES = 20;

/**
 * Starts again what ends by itself or is killed by someone, as a cluster would: at once after the first crash, then
 * with growing pauses, for ever. The other processes go on.
 */
export function restartCrashed(mesh: Pick<Mesh, 'onUnexpectedExit'>, options: RestartOptions): void {
  const restarts = new Map<SupervisedProcess, Restarts>();
  mesh.onUnexpectedExit((process, exit) => {
    const known = restarts.get(process) ?? new Restarts(process, options);
    restarts.set(process, known);
    void known.onExit(exit);
  });
}

/** Of one process. */
class Restarts {
  readonly #process: SupervisedProcess;
  readonly #options: RestartOptions;
  /** Since it was last steady. */
  #crashes = 0;
  #readyAt = Number.NEGATIVE_INFINITY;
  #isStarting = false;

  constructor(process: SupervisedProcess, options: RestartOptions) {
    this.#process = process;
    this.#options = options;
  }

  async onExit(exit: ProcessExit): Promise<void> {
    // One that ends before it is ready fails its start.
    if (this.#isStarting || this.#options.signal.aborted) return;
    this.#isStarting = true;
    if (performance.now() - this.#readyAt >= (this.#options.steadyMs ?? STEADY_MS)) this.#crashes = 0;
    try {
      await this.#startUntilReady(
        exit.signal === null ? `ended with exit code ${exit.code}` : `was killed by ${exit.signal}`,
      );
    } catch (error) {
      if (!this.#options.signal.aborted) throw error;
    } finally {
      this.#isStarting = false;
    }
  }

  async #startUntilReady(why: string): Promise<void> {
    const { signal, say } = this.#options;
    for (let how = why; ; ) {
      await this.#pause(how);
      try {
        await this.#process.start(signal);
        this.#readyAt = performance.now();
        // Unless it has ended since.
        if (this.#process.pid !== undefined) return;
        how = 'ended as soon as it was ready';
      } catch (error) {
        signal.throwIfAborted();
        how = 'could not be started';
        say((error as Error).message);
      }
    }
  }

  async #pause(how: string): Promise<void> {
    const { signal, say, backoff = BACKOFF } = this.#options;
    const { name, log } = this.#process;
    const pauseMs = this.#crashes === 0 ? 0 : backoffDelayMs(backoff, this.#crashes);
    this.#crashes++;
    if (pauseMs === 0) return say(`${name} ${how}: starting it again.`);
    const seconds = (pauseMs / 1000).toFixed(1);
    say(`${name} ${how}, ${this.#crashes} times by now: starting it again in ${seconds} s.`);
    const lines = log.lastLines(LOG_LINES).map(line => `  ${line}`);
    if (this.#crashes === 2) say([`The end of ${log.file}:`, ...lines].join('\n'));
    await pause(pauseMs, signal);
  }
}

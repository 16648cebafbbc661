import { type ChildProcess, spawn } from 'node:child_process';
import { poll } from '@vigie/service-kit/async';
import { DevEnvError } from '../dev-env-error.ts';
import { readableLine } from '../logs/readable-line.ts';
import type { PortClaim } from '../tcp-ports/port-claim.ts';
import { ensurePortsFree } from '../tcp-ports/taken-ports.ts';
import { boundToParent, type Command } from './bound-to-parent.ts';
import { waitUntilGone } from './living-process.ts';
import { killGroup, signalTree } from './process-group.ts';
import { ProcessLog } from './process-log.ts';

const DEFAULT_POLL_MS = 25;
/** On a machine that others keep busy, a mesh of twelve services took more than 30 s to boot. */
const DEFAULT_START_TIMEOUT_MS = 90_000;
// The ports of a killed process become free a moment later.
const RESTART_PORT_PATIENCE_MS = 2000;

/**
 * Until the children of a killed process are gone: what they hold, as the memory of a Postgres, hinders the next start.
 */
const CHILDREN_GONE_MS = 10_000;

const FREEZING: readonly NodeJS.Signals[] = ['SIGSTOP', 'SIGCONT'];
const UNANSWERABLE: readonly NodeJS.Signals[] = [...FREEZING, 'SIGKILL'];

export interface ProcessDescription {
  /** Shown to people; also the name of its log. */
  name: string;
  logDir: string;
  ports: readonly PortClaim[];
  /** Called before every start; writes configuration files if there are any. */
  prepare(): Promise<Command>;
  /**
   * @returns undefined if the process is ready, otherwise why it is not
   * @throws an error that waiting does not solve
   */
  notReady(): Promise<string | undefined>;
  /** Between two calls of `notReady`. */
  pollMs?: number;
  stopSignal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT';
  startTimeoutMs?: number;
}

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

type State =
  | { kind: 'stopped' }
  | {
      kind: 'running';
      child: ChildProcess;
      pid: number;
      exited: Promise<ProcessExit>;
      endingAsked: boolean;
      /** The pids of children that were killed with it. */
      killedBelow: number[];
    };

/** An operating system process of the mesh that can be started, killed, frozen and started again. */
export class SupervisedProcess {
  readonly name: string;
  readonly ports: readonly PortClaim[];
  readonly log: ProcessLog;
  readonly #description: ProcessDescription;
  #state: State = { kind: 'stopped' };
  #hasRun = false;
  #onUnexpectedExit: ((exit: ProcessExit) => void) | undefined;

  constructor(description: ProcessDescription) {
    this.name = description.name;
    this.ports = description.ports;
    this.log = new ProcessLog(description.logDir, description.name);
    this.#description = description;
  }

  get pid(): number | undefined {
    return this.#state.kind === 'running' ? this.#state.pid : undefined;
  }

  /** Called when the process ends without a call of `stop` or `kill`. */
  set onUnexpectedExit(listener: (exit: ProcessExit) => void) {
    this.#onUnexpectedExit = listener;
  }

  /**
   * Resolves once the process is ready.
   * @throws DevEnvError with the last lines of its log if it ends first or takes too long
   */
  async start(signal?: AbortSignal): Promise<void> {
    await this.spawn(signal);
    await this.waitUntilReady(signal);
  }

  /** Starts the process without waiting until it is ready. */
  async spawn(signal?: AbortSignal): Promise<void> {
    if (this.#state.kind === 'running') return;
    await ensurePortsFree(this.ports, this.#hasRun ? RESTART_PORT_PATIENCE_MS : 0);
    const command = boundToParent(await this.#description.prepare(), this.#description.stopSignal);
    signal?.throwIfAborted();
    const output = this.log.open();
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ['ignore', output.fd, output.fd],
      // In a process group of its own, so that Ctrl-C reaches only the parent, which then stops the mesh in order.
      detached: true,
    });
    output.close();
    await this.#supervise(child);
  }

  async waitUntilReady(signal?: AbortSignal): Promise<void> {
    const { startTimeoutMs = DEFAULT_START_TIMEOUT_MS, pollMs = DEFAULT_POLL_MS } = this.#description;
    let reason: string | undefined;
    const isReady = await poll(
      async () => {
        if (this.#state.kind === 'stopped') {
          throw new DevEnvError(`${this.name} ended before it was ready.${this.#logTail()}`);
        }
        reason = await this.#description.notReady();
        return reason === undefined ? true : undefined;
      },
      { intervalMs: pollMs, timeoutMs: startTimeoutMs, signal },
    );
    if (isReady) return;
    throw new DevEnvError(`${this.name} is not ready after ${startTimeoutMs / 1000} s: ${reason}.${this.#logTail()}`);
  }

  /** Why it is not ready now, with the last lines of its log; undefined if it is, or doesn't run. */
  async whyNotReady(): Promise<string | undefined> {
    if (this.#state.kind === 'stopped') return undefined;
    const reason = await this.#description.notReady().catch((error: Error) => error.message);
    return reason && `${this.name} is not ready: ${reason}.${this.#logTail()}`;
  }

  /** Sends the stop signal, and kills the process after `graceMs`. Resolves when it has ended. */
  async stop(graceMs = 5000): Promise<void> {
    if (this.#state.kind === 'stopped') return;
    const { exited } = this.#state;
    this.kill(this.#description.stopSignal);
    const timer = setTimeout(() => this.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(timer);
  }

  /** Sends a signal. One that a process can't handle (SIGKILL, SIGSTOP, SIGCONT) is sent to its children too. */
  kill(signal: NodeJS.Signals): void {
    if (this.#state.kind === 'stopped') return;
    if (!FREEZING.includes(signal)) this.#state.endingAsked = true;
    if (!UNANSWERABLE.includes(signal)) {
      this.#state.child.kill(signal);
      return;
    }
    const below = signalTree(this.#state.pid, signal);
    if (signal === 'SIGKILL') this.#state.killedBelow.push(...below);
  }

  /** Resolves when the process has ended; at once if it does not run. */
  async waitUntilExited(): Promise<ProcessExit | undefined> {
    return this.#state.kind === 'running' ? this.#state.exited : undefined;
  }

  async restart(graceMs?: number): Promise<void> {
    await this.stop(graceMs);
    await this.start();
  }

  async #supervise(child: ChildProcess): Promise<void> {
    const killedBelow: number[] = [];
    const exited = new Promise<ProcessExit>(resolve => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    }).then(async exit => {
      // What one that stays in the way hinders says so itself.
      await waitUntilGone(killedBelow, CHILDREN_GONE_MS).catch(() => undefined);
      return exit;
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', cause =>
        reject(new DevEnvError(`${this.name} could not start: ${cause.message}`, { cause })),
      );
    });
    const state = {
      kind: 'running' as const,
      child,
      pid: child.pid as number,
      exited,
      endingAsked: false,
      killedBelow,
    };
    this.#state = state;
    this.#hasRun = true;
    void exited.then(exit => {
      this.#state = { kind: 'stopped' };
      killGroup(state.pid);
      if (!state.endingAsked) this.#onUnexpectedExit?.(exit);
    });
  }

  #logTail(): string {
    const lines = this.log.lastLines(20).map(readableLine());
    if (lines.length === 0) return ` Its log is empty: ${this.log.file}`;
    return ` The end of ${this.log.file}:\n${lines.map(line => `  ${line}`).join('\n')}`;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { DevEnvError } from '../dev-env-error.ts';
import type { PortClaim } from '../tcp-ports/port-claim.ts';
import { ensurePortsFree } from '../tcp-ports/taken-ports.ts';
import { boundToParent, type Command } from './bound-to-parent.ts';
import { waitUntilGone } from './living-process.ts';
import { killGroup, signalTree } from './process-group.ts';
import { ProcessLog } from './process-log.ts';

const DEFAULT_POLL_MS = 25;
const DEFAULT_START_TIMEOUT_MS = 30_000;
// What a killed process held is free an instant later.
const RESTART_PORT_PATIENCE_MS = 2000;

/** Until the children of a killed process are gone: what they hold, as the memory of a Postgres, hinders the next start. */
const CHILDREN_GONE_MS = 10_000;

const FREEZING: readonly NodeJS.Signals[] = ['SIGSTOP', 'SIGCONT'];
const UNANSWERABLE: readonly NodeJS.Signals[] = [...FREEZING, 'SIGKILL'];

export interface ProcessDescription {
  /** As people know it; also the name of its log. */
  name: string;
  logDir: string;
  ports: readonly PortClaim[];
  /** Called before every start: the place to write configuration. */
  prepare(): Promise<Command>;
  /**
   * @returns undefined once it answers, else why not yet
   * @throws what no waiting mends
   */
  notReady(): Promise<string | undefined>;
  /** Between two questions. */
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

/** One operating system process of the mesh, that can be started, killed, frozen and started again. */
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

  /** Called when it ends and neither `stop` nor `kill` of this object was the cause. */
  set onUnexpectedExit(listener: (exit: ProcessExit) => void) {
    this.#onUnexpectedExit = listener;
  }

  /**
   * Resolves once it answers.
   * @throws DevEnvError with the last lines of its log if it ends first or takes too long
   */
  async start(signal?: AbortSignal): Promise<void> {
    await this.spawn(signal);
    await this.waitUntilReady(signal);
  }

  /** Starts the process without waiting for it to answer. */
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
      // A group of its own: Ctrl-C at the terminal reaches only the parent, which ends the mesh in order.
      detached: true,
    });
    output.close();
    await this.#supervise(child);
  }

  async waitUntilReady(signal?: AbortSignal): Promise<void> {
    const { startTimeoutMs = DEFAULT_START_TIMEOUT_MS, pollMs = DEFAULT_POLL_MS } = this.#description;
    const deadline = performance.now() + startTimeoutMs;
    while (true) {
      signal?.throwIfAborted();
      if (this.#state.kind === 'stopped')
        throw new DevEnvError(`${this.name} ended before it was ready.${this.#logTail()}`);
      const reason = await this.#description.notReady();
      if (reason === undefined) return;
      if (performance.now() > deadline) {
        throw new DevEnvError(
          `${this.name} is not ready after ${startTimeoutMs / 1000} s: ${reason}.${this.#logTail()}`,
        );
      }
      await delay(pollMs);
    }
  }

  /** Asks it to end, and kills it once `graceMs` have passed. Resolves when it is gone. */
  async stop(graceMs = 5000): Promise<void> {
    if (this.#state.kind === 'stopped') return;
    const { exited } = this.#state;
    this.kill(this.#description.stopSignal);
    const timer = setTimeout(() => this.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(timer);
  }

  /** Sends a signal. Those that a process cannot answer for itself reach its children too. */
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

  /** Resolves when it is gone; at once if it does not run. */
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
    const lines = this.log.lastLines(20);
    if (lines.length === 0) return ` Its log is empty: ${this.log.file}`;
    return ` The end of ${this.log.file}:\n${lines.map(line => `  ${line}`).join('\n')}`;
  }
}

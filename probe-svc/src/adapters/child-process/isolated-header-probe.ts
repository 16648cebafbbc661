import type { InspectOptions, SparseFile } from '@vigie/media-source';
import { Slots } from '@vigie/service-kit/async';
import type { HeaderAnswer, HeaderProbe } from '../../ports/header-probe.ts';
import type { IsolationMetrics } from './isolation-metrics.ts';
import { ProbeChild, type ProbeChildOptions, type Reply } from './probe-child.ts';

export interface IsolatedHeaderProbeOptions extends ProbeChildOptions {
  /** Most children at once; further probes wait for one. */
  readonly maxChildren: number;
  readonly metrics: IsolationMetrics;
}

/** A child ends a probe by its own clock; if it is later than this, it hangs. */
const OVERDUE_MS = 1_000;
/** A child is replaced after so many answers, in case it degrades slowly. */
const MAX_ANSWERS = 1_000;
const IDLE_MS = 10_000;

/**
 * Probes in child processes, so that a file that kills the decoder kills nothing else: DECODER_CRASHED. A child that
 * has answered is asked again. If a child dies that has answered before, an earlier file may have harmed it, so a new
 * child decides.
 */
export class IsolatedHeaderProbe implements HeaderProbe, Disposable {
  readonly #options: IsolatedHeaderProbeOptions;
  readonly #idle: ProbeChild[] = [];
  readonly #living = new Set<ProbeChild>();
  readonly #slots: Slots;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: IsolatedHeaderProbeOptions) {
    this.#options = options;
    this.#slots = new Slots(options.maxChildren);
  }

  /** Waiting for a child doesn't count towards `timeoutMs`: that others are slow says nothing about this file. */
  async probe(file: SparseFile, options: InspectOptions): Promise<HeaderAnswer> {
    clearTimeout(this.#idleTimer);
    try {
      using _slot = await this.#slots.take(options.signal);
      return await this.#probeInChild(file, options);
    } finally {
      clearTimeout(this.#idleTimer);
      if (this.#slots.allFree) this.#idleTimer = setTimeout(() => this.#endIdle(), IDLE_MS).unref();
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idleTimer);
    for (const child of this.#living) child.kill();
    this.#idle.length = 0;
  }

  async #probeInChild(file: SparseFile, options: InspectOptions): Promise<HeaderAnswer> {
    const used = this.#takeIdle();
    if (used !== undefined) {
      const reply = await this.#ask(used, file, options);
      if (reply.kind !== 'died') return this.#conclude(reply, options);
    }
    return this.#conclude(await this.#ask(await this.#startChild(options.signal), file, options), options);
  }

  async #ask(child: ProbeChild, file: SparseFile, { timeoutMs, signal }: InspectOptions): Promise<Reply> {
    const question = { ranges: file.ranges.map(toRange), sizeBytes: file.sizeBytes, timeoutMs };
    try {
      const reply = await child.ask(question, timeoutMs + OVERDUE_MS, signal);
      if (isReusable(child, reply)) this.#idle.push(child);
      else this.#discard(child);
      return reply;
    } catch (error) {
      this.#discard(child);
      throw error;
    }
  }

  #conclude(reply: Reply, { timeoutMs }: InspectOptions): HeaderAnswer {
    this.#options.metrics.countProbe(reply.kind);
    switch (reply.kind) {
      case 'answer':
        return reply.answer;
      case 'died':
        return failure('DECODER_CRASHED', `the decoder died of this file (${reply.how})`);
      case 'overdue':
        return failure('PROBE_TIMEOUT', `the decoder hung for more than ${timeoutMs} ms and was ended`);
    }
  }

  async #startChild(signal: AbortSignal | undefined): Promise<ProbeChild> {
    const child = await ProbeChild.start(this.#options, signal);
    this.#living.add(child);
    return child;
  }

  #takeIdle(): ProbeChild | undefined {
    while (true) {
      const child = this.#idle.pop();
      if (child === undefined || !child.dead) return child;
      this.#living.delete(child);
    }
  }

  #discard(child: ProbeChild): void {
    child.kill();
    this.#living.delete(child);
  }

  #endIdle(): void {
    for (const child of this.#idle.splice(0)) this.#discard(child);
  }
}

function toRange({ offset, bytes }: { readonly offset: number; readonly bytes: Uint8Array }) {
  return { offset, bytes };
}

/** After a time-out a thread of the child may still be probing. */
function isReusable({ answers }: ProbeChild, reply: Reply): boolean {
  if (reply.kind !== 'answer' || answers >= MAX_ANSWERS) return false;
  return reply.answer.kind !== 'failure' || reply.answer.failure.code !== 'PROBE_TIMEOUT';
}

function failure(code: 'DECODER_CRASHED' | 'PROBE_TIMEOUT', message: string): HeaderAnswer {
  return { kind: 'failure', failure: { code, message }, diagnostics: [] };
}

import type { InspectOptions, SparseFile } from '@vigie/media-source';
import type { HeaderAnswer, IsolatedProbe, ProbeIsolation } from '../../ports/header-probe.ts';
import { type ChildDeath, describeDeath, isCrash } from './child-death.ts';
import { ChildPool, type ChildRequest, type TakenChild } from './child-pool.ts';
import type { IsolationMetrics } from './isolation-metrics.ts';
import { ProbeChildError, type ProbeChildOptions, type Reply } from './probe-child.ts';
import { UnsentRanges } from './unsent-ranges.ts';

export interface ChildProcessIsolationOptions extends ProbeChildOptions {
  /** Most children at work at once; further files wait for one. */
  readonly maxChildren: number;
  readonly metrics: IsolationMetrics;
}

/** A child ends a probe by its own clock; if it is later than this, it hangs. */
const OVERDUE_MS = 1_000;

/**
 * Probes in child processes, so that a file that crashes the decoder crashes nothing else: DECODER_CRASHED. A child
 * that has answered is used for the next file. If a child dies, the other possible causes are ruled out before the file
 * is blamed: an earlier file of the same child by a new child, and a shortage of memory by a child that is alone.
 */
export class ChildProcessIsolation implements ProbeIsolation, Disposable {
  readonly #pool: ChildPool;
  readonly #metrics: IsolationMetrics;

  constructor({ maxChildren, metrics, ...options }: ChildProcessIsolationOptions) {
    this.#pool = new ChildPool(options, maxChildren);
    this.#metrics = metrics;
  }

  open(): IsolatedProbe {
    return new IsolatedHeaderProbe(this.#pool, this.#metrics);
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}

/** Holds a child from the first bytes of a file until it is disposed of, so that each byte is sent once. */
class IsolatedHeaderProbe implements IsolatedProbe {
  readonly #pool: ChildPool;
  readonly #metrics: IsolationMetrics;
  #taken: TakenChild | undefined;
  #file: SparseFile | undefined;
  #unsent = new UnsentRanges();
  #canBeReused = true;

  constructor(pool: ChildPool, metrics: IsolationMetrics) {
    this.#pool = pool;
    this.#metrics = metrics;
  }

  /** @throws ProbeChildError */
  async probe(file: SparseFile, options: InspectOptions): Promise<HeaderAnswer> {
    let wanted = { isNew: false, isAlone: false };
    while (true) {
      const { reply, isUsed } = await this.#ask(file, options, wanted);
      if (reply.kind !== 'died') return this.#conclude(reply, options);
      const crashed = isCrash(reply.death);
      if (crashed && !isUsed) return this.#crashed(reply.death);
      if (!crashed && wanted.isAlone) throw this.#ended(reply.death);
      wanted = { isNew: true, isAlone: !crashed };
    }
  }

  [Symbol.dispose](): void {
    this.#giveBack();
  }

  async #ask(
    file: SparseFile,
    { timeoutMs, signal, suspendDeadline }: InspectOptions,
    wanted: Omit<ChildRequest, 'signal'>,
  ): Promise<{ reply: Reply; isUsed: boolean }> {
    if (this.#taken === undefined) {
      using _ = suspendDeadline?.();
      this.#taken = await this.#pool.take({ signal, ...wanted });
      this.#file = undefined;
    }
    const { child, isUsed } = this.#taken;
    this.#canBeReused = false;
    const reply = await child.ask({ ...this.#news(file), timeoutMs }, timeoutMs + OVERDUE_MS, signal);
    if (reply.kind === 'answer') this.#canBeReused = !isTimeout(reply.answer);
    else this.#giveBack();
    return { reply, isUsed };
  }

  #news(file: SparseFile) {
    const isNewFile = file !== this.#file;
    if (isNewFile) this.#unsent = new UnsentRanges();
    this.#file = file;
    return { isNewFile, ranges: this.#unsent.take(file), sizeBytes: file.sizeBytes };
  }

  #giveBack(): void {
    this.#taken?.giveBack(this.#canBeReused);
    this.#taken = undefined;
  }

  #conclude(reply: Exclude<Reply, { kind: 'died' }>, { timeoutMs }: InspectOptions): HeaderAnswer {
    this.#metrics.countProbe(reply.kind);
    return reply.kind === 'answer'
      ? reply.answer
      : failure('PROBE_TIMEOUT', `the decoder hung for more than ${timeoutMs} ms and was ended`);
  }

  #crashed(death: ChildDeath): HeaderAnswer {
    this.#metrics.countProbe('crashed');
    return failure('DECODER_CRASHED', `the decoder died of this file (${describeDeath(death)})`);
  }

  #ended(death: ChildDeath): ProbeChildError {
    this.#metrics.countProbe('ended');
    return new ProbeChildError(`The child process was ended, with no other beside it: ${describeDeath(death)}.`);
  }
}

/** A thread of the child may still be probing. */
function isTimeout(answer: HeaderAnswer): boolean {
  return answer.kind === 'failure' && answer.failure.code === 'PROBE_TIMEOUT';
}

function failure(code: 'DECODER_CRASHED' | 'PROBE_TIMEOUT', message: string): HeaderAnswer {
  return { kind: 'failure', failure: { code, message }, diagnostics: [] };
}

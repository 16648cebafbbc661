import type { InspectOptions, SparseFile } from '@vigie/media-source';
import type { HeaderAnswer, HeaderProbe } from '../ports/header-probe.ts';

type Step = HeaderAnswer | ((file: SparseFile, options: InspectOptions) => HeaderAnswer | Promise<HeaderAnswer>);

/** Answers as scripted, one step a call; the last one for ever. */
export class ScriptedHeaderProbe implements HeaderProbe {
  readonly #steps: readonly [Step, ...Step[]];
  calls = 0;

  constructor(...steps: [Step, ...Step[]]) {
    this.#steps = steps;
  }

  async probe(file: SparseFile, options: InspectOptions): Promise<HeaderAnswer> {
    const step = this.#steps[Math.min(this.calls++, this.#steps.length - 1)] as Step;
    return typeof step === 'function' ? step(file, options) : step;
  }
}

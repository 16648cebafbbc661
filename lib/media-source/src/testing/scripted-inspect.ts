import type { Inspect, InspectOptions, Need } from '../read-until-known.ts';
import type { SparseFile } from '../sparse-file.ts';

/** What a scripted inspection finds. */
export interface Found {
  readonly kind: 'found';
}

type Answer = Found | Need;
type Step = Answer | ((file: SparseFile, options: InspectOptions) => Answer);

export const FOUND: Found = { kind: 'found' };

export function need(offset: number, lengthBytes: number): Need {
  return { kind: 'need', offset, lengthBytes };
}

/** Answers as scripted, one step a call; the last one for ever. */
export class ScriptedInspect {
  calls = 0;
  readonly #steps: readonly [Step, ...Step[]];

  constructor(...steps: [Step, ...Step[]]) {
    this.#steps = steps;
  }

  readonly inspect: Inspect<Found> = async (file, options) => {
    const step = this.#steps[Math.min(this.calls++, this.#steps.length - 1)] as Step;
    return typeof step === 'function' ? step(file, options) : step;
  };
}

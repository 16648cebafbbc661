import type { SparseFile } from '@vigie/media-source';
import type { PosterAnswer, PosterMaker, PosterOptions } from '../ports/poster-maker.ts';

/** Answers as scripted, one answer a call; the last one for ever. */
export class ScriptedPosterMaker implements PosterMaker {
  readonly seen: { readonly heldBytes: number; readonly maxSidePixels: number }[] = [];
  readonly #answers: readonly [PosterAnswer, ...PosterAnswer[]];

  constructor(...answers: [PosterAnswer, ...PosterAnswer[]]) {
    this.#answers = answers;
  }

  async make({ heldBytes }: SparseFile, { maxSidePixels }: PosterOptions): Promise<PosterAnswer> {
    const answer = this.#answers[Math.min(this.seen.length, this.#answers.length - 1)] as PosterAnswer;
    this.seen.push({ heldBytes, maxSidePixels });
    return answer;
  }
}

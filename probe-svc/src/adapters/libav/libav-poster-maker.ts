import type { SparseFile } from '@vigie/media-source';
import { poster } from '@vigie/native';
import { Slots } from '@vigie/service-kit/async';
import type { PosterAnswer, PosterMaker, PosterOptions } from '../../ports/poster-maker.ts';

/** Half of libuv's threads: a large picture takes some tenths of a second, and alerts must not wait for it. */
const POSTERS_AT_ONCE = 2;

/** The libav core of this process. */
export class LibavPosterMaker implements PosterMaker {
  readonly #slots = new Slots(POSTERS_AT_ONCE);

  async make(file: SparseFile, { maxSidePixels, timeoutMs, signal }: PosterOptions): Promise<PosterAnswer> {
    using _slot = await this.#slots.take(signal);
    const answer = await poster(file, { maxSidePixels, timeoutMs, ...(signal && { signal }) });
    switch (answer.kind) {
      case 'need':
        return answer;
      case 'poster': {
        const { kind, diagnostics, jpeg, width, height } = answer;
        return { kind, poster: { jpeg, width, height }, diagnostics };
      }
      case 'failure': {
        const { kind, diagnostics, code, message } = answer;
        return { kind, failure: { code, message }, diagnostics };
      }
    }
  }
}

import type { FailureCode } from '@vigie/alert';
import type { InspectOptions, Need, SparseFile } from '@vigie/media-source';

/** Makes the poster of a video from the bytes in memory. */
export interface PosterMaker {
  /**
   * The first key frame as a JPEG, or which further range is needed for it. Keeps nothing between calls, so the file
   * may grow after it.
   *
   * Rejects with the signal's reason when that aborts.
   */
  make(file: SparseFile, options: PosterOptions): Promise<PosterAnswer>;
}

export interface PosterOptions extends InspectOptions {
  /** Longest side; a smaller picture is never enlarged. */
  readonly maxSidePixels: number;
}

export interface Poster {
  readonly jpeg: Uint8Array;
  /** In pixels, as shown. */
  readonly width: number;
  readonly height: number;
}

/** Why a video has no poster, although it may be one. */
export type PosterFailureCode = FailureCode | 'NO_KEY_FRAME' | 'PICTURE_TOO_LARGE' | 'PICTURE_UNDECODABLE';

export interface PosterFailure {
  readonly code: PosterFailureCode;
  readonly message: string;
}

export type PosterAnswer =
  | Need
  /** `diagnostics`: what the demuxer and the decoder logged. */
  | { readonly kind: 'poster'; readonly poster: Poster; readonly diagnostics: readonly string[] }
  | { readonly kind: 'failure'; readonly failure: PosterFailure; readonly diagnostics: readonly string[] };

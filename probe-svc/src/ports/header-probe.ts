import type { Failure, Media } from '@vigie/alert';
import type { WantedRange } from '../domain/byte-range.ts';
import type { SparseFile } from '../domain/sparse-file.ts';

/** Understands videos from the bytes that are there. */
export interface HeaderProbe {
  /**
   * What the file is, or which of its bytes would tell. Keeps nothing between calls, so the file may grow after it.
   *
   * Rejects with the signal's reason when that aborts.
   */
  probe(file: SparseFile, options: HeaderProbeOptions): Promise<HeaderAnswer>;
}

export interface HeaderProbeOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type HeaderAnswer =
  | ({ readonly kind: 'need' } & WantedRange)
  /** `diagnostics`: what the demuxer had to say. */
  | { readonly kind: 'media'; readonly media: Media; readonly diagnostics: readonly string[] }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly diagnostics: readonly string[] };

import type { Media } from '@vigie/alert';

export type ProbeFailureCode =
  | 'VIDEO_EMPTY'
  | 'NOT_A_VIDEO'
  | 'UNSUPPORTED_FORMAT'
  | 'NO_VIDEO_STREAM'
  | 'CORRUPT_HEADER'
  | 'PROBE_TIMEOUT';

export type ProbeAnswer =
  /** Fetch that range of the file and call again with it added. It never begins at a byte already given. */
  | { readonly kind: 'need'; readonly offset: number; readonly lengthBytes: number }
  | { readonly kind: 'media'; readonly media: Media; readonly diagnostics: readonly string[] }
  | {
      readonly kind: 'failure';
      readonly code: ProbeFailureCode;
      readonly message: string;
      readonly diagnostics: readonly string[];
    };

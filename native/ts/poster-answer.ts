import type { ProbeFailureCode } from './probe-answer.ts';

/**
 * The probe's, and:
 * - `NO_KEY_FRAME`: no picture can be decoded by itself among the packets that may be read, or the file ends before it
 *   does.
 * - `PICTURE_TOO_LARGE`: past `maxPixels` or `maxFrameBytes`.
 * - `PICTURE_UNDECODABLE`: the first key frames are damaged, or encrypted.
 *
 * A codec that this libav cannot decode is `UNSUPPORTED_FORMAT`.
 */
export type PosterFailureCode = ProbeFailureCode | 'NO_KEY_FRAME' | 'PICTURE_TOO_LARGE' | 'PICTURE_UNDECODABLE';

export type PosterAnswer =
  /** Fetch that range of the file and call again with it added. It never begins at a byte already given. */
  | { readonly kind: 'need'; readonly offset: number; readonly lengthBytes: number }
  | {
      readonly kind: 'poster';
      /** Baseline JPEG; the same bytes and options make the same one. */
      readonly jpeg: Uint8Array<ArrayBuffer>;
      /** In square pixels, as shown: rotation and sample aspect ratio applied. */
      readonly width: number;
      readonly height: number;
      readonly diagnostics: readonly string[];
    }
  | {
      readonly kind: 'failure';
      readonly code: PosterFailureCode;
      readonly message: string;
      readonly diagnostics: readonly string[];
    };

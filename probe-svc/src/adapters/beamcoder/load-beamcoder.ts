import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * beamcoder's native module, as far as it is used here. Numbers that it doesn't know are absent or libav's own marks.
 */
export interface Beamcoder {
  governor(options: { readonly highWaterMark: number }): Governor;
  demuxer(options: {
    readonly governor: Governor;
    readonly options: Readonly<Record<string, unknown>>;
  }): Promise<Demuxer>;
}

/** Hands bytes to a demuxer that waits for them on a thread. */
export interface Governor {
  write(bytes: Buffer): Promise<null>;
  finish(): void;
}

export type Rational = readonly [numerator: number, denominator: number];

export interface Demuxer {
  readonly iformat: { readonly name: string };
  readonly metadata: Readonly<Record<string, string | undefined>>;
  /** Microseconds. */
  readonly duration: number;
  readonly streams: readonly DemuxedStream[];
  forceClose(): void;
}

export interface DemuxedStream {
  readonly codecpar: {
    readonly codec_type: string;
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly format?: string | null;
    readonly profile?: string | number | null;
    readonly sample_rate: number;
    readonly channels: number;
    readonly bit_rate: number;
    readonly color_primaries?: string;
    readonly color_trc?: string;
    readonly color_space?: string;
    readonly color_range?: string;
  };
  readonly avg_frame_rate: Rational;
  readonly sample_aspect_ratio: Rational;
  readonly disposition: { readonly ATTACHED_PIC?: boolean };
  readonly side_data?: { readonly displaymatrix?: Buffer };
}

/** The optional package isn't there, or was never compiled. The message says what to do. */
export class BeamcoderLoadError extends Error {
  override readonly name = 'BeamcoderLoadError';
  readonly reason = 'BEAMCODER_LOAD_FAILED';

  constructor(cause: unknown) {
    super(
      [
        `PROBE_BACKEND=beamcoder, but beamcoder can't be loaded: ${(cause as Error).message.split('\n')[0]}`,
        'It is optional and not compiled by set-up. To compile it against FFmpeg 5.1:',
        '  apt-get install libavdevice-dev libavfilter-dev libpostproc-dev libswresample-dev',
        '  npm run build:beamcoder -w probe-svc',
        'Or leave PROBE_BACKEND unset for the libav core.',
      ].join('\n'),
      { cause },
    );
  }
}

/**
 * The native module alone: beamcoder's own index writes to stdout and takes over SIGSEGV.
 *
 * @throws BeamcoderLoadError
 */
export function loadBeamcoder(): Beamcoder {
  const require = createRequire(import.meta.url);
  try {
    const folder = path.dirname(require.resolve('beamcoder/package.json'));
    return require(path.join(folder, 'build/Release/beamcoder.node'));
  } catch (error) {
    throw new BeamcoderLoadError(error);
  }
}

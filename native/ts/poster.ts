import { addon, type NativePosterRequest } from './addon.ts';
import type { PosterAnswer } from './poster-answer.ts';
import type { ProbeInput, ProbeOptions } from './probe-input.ts';
import { checkCount, toRequest } from './request.ts';
import { runTask } from './run-task.ts';

export interface PosterOptions extends ProbeOptions {
  /** Longest side of the poster. A smaller picture is never enlarged. */
  readonly maxSidePixels?: number;
  /** 1 to 100, as of libjpeg. */
  readonly quality?: number;
  /** Width by height of the coded picture past which it is not decoded: a few bytes can claim gigabytes of pixels. */
  readonly maxPixels?: number;
  /** Bytes of the coded key frame past which it is not asked for. */
  readonly maxFrameBytes?: number;
}

const DEFAULT_MAX_SIDE_PIXELS = 640;
const DEFAULT_QUALITY = 80;
const DEFAULT_MAX_PIXELS = 8192 * 8192;
const DEFAULT_MAX_FRAME_BYTES = 16 * 1024 * 1024;

const MAX_SIDE_PIXELS = 8192;

/**
 * Shows the first key frame of the video stream that `probe` describes, or says which bytes it needs. Ranges that
 * a probe of the file has fetched are of use here too. No state is kept between calls.
 *
 * @throws ProbeInputError (as a rejection) when an argument has the wrong shape
 * @throws the reason of `signal` (as a rejection) when that aborts
 */
export async function poster(input: ProbeInput, options: PosterOptions = {}): Promise<PosterAnswer> {
  const request = toPosterRequest(input, options);
  options.signal?.throwIfAborted();
  return runTask<PosterAnswer>(complete => addon.startPoster(request, complete), {
    signal: options.signal,
    timeoutMs: request.timeoutMs,
    timeoutMessage: 'the poster took longer than its time limit',
  });
}

function toPosterRequest(input: ProbeInput, options: PosterOptions): NativePosterRequest {
  const request = {
    ...toRequest(input, options),
    maxSidePixels: options.maxSidePixels ?? DEFAULT_MAX_SIDE_PIXELS,
    quality: options.quality ?? DEFAULT_QUALITY,
    maxPixels: options.maxPixels ?? DEFAULT_MAX_PIXELS,
    maxFrameBytes: options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES,
  };
  checkCount('maxSidePixels', request.maxSidePixels, 1, MAX_SIDE_PIXELS);
  checkCount('quality', request.quality, 1, 100);
  checkCount('maxPixels', request.maxPixels, 1);
  checkCount('maxFrameBytes', request.maxFrameBytes, 1);
  return request;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Failure } from '@vigie/alert';
import type { InspectOptions, SparseFile } from '@vigie/media-source';
import { Slots } from '@vigie/service-kit/async';
import pTimeout from 'p-timeout';
import type { HeaderAnswer, HeaderProbe } from '../../ports/header-probe.ts';
import { toMedia } from './beamcoder-media.ts';
import { copyHead } from './file-head.ts';
import { type Beamcoder, type Demuxer, loadBeamcoder } from './load-beamcoder.ts';

/** Never those that open other files, such as hls, dash, concat, image2 and sdp; and no protocol at all. */
const SAFE_OPTIONS = {
  format_whitelist: 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mxf,ivf,h264,hevc',
  protocol_whitelist: 'none',
  max_streams: 100,
};

const NEXT_RANGE_BYTES = 32 * 1024;

/** More than is ever written, so that no write waits for the demuxer and blocks a thread. */
const ROOM_FOR_ALL = 2;

/**
 * beamcoder, which reads from the file's start only. Its one safe protocol: open the demuxer, which waits, and only
 * then write the bytes; each probe holds two threads, so fewer run than half of the pool.
 */
export class BeamcoderHeaderProbe implements HeaderProbe {
  readonly #beamcoder: Beamcoder;
  readonly #slots: Slots;

  /**
   * @param threads in libuv's pool
   * @throws BeamcoderLoadError
   */
  constructor(threads: number) {
    this.#beamcoder = loadBeamcoder();
    this.#slots = new Slots(Math.max(1, Math.ceil(threads / 2) - 1));
  }

  async probe(file: SparseFile, { timeoutMs, signal }: InspectOptions): Promise<HeaderAnswer> {
    signal?.throwIfAborted();
    if (file.sizeBytes === 0) return failure('VIDEO_EMPTY', 'the file is empty');
    const head = copyHead(file);
    if (head.length === 0) return { kind: 'need', offset: 0, lengthBytes: NEXT_RANGE_BYTES };
    const { sizeBytes } = file;
    const slot = await this.#slots.take(signal);
    const work = this.#demux(head, sizeBytes).finally(() => slot[Symbol.dispose]());
    // It can't be broken off; it ends by itself, for it has all the bytes that it will get.
    return pTimeout(work, {
      milliseconds: timeoutMs,
      fallback: () => failure('PROBE_TIMEOUT', `beamcoder took more than ${timeoutMs} ms`),
      ...(signal && { signal }),
    });
  }

  async #demux(head: Buffer<ArrayBuffer>, sizeBytes: number | null): Promise<HeaderAnswer> {
    const governor = this.#beamcoder.governor({ highWaterMark: ROOM_FOR_ALL });
    const opening = this.#beamcoder.demuxer({ governor, options: SAFE_OPTIONS }).then(
      demuxer => ({ demuxer }),
      (error: Error) => ({ error }),
    );
    await nextTurn();
    await governor.write(head);
    governor.finish();
    const opened = await opening;
    try {
      return 'demuxer' in opened ? conclude(opened.demuxer, head, sizeBytes) : explain(opened.error, head, sizeBytes);
    } finally {
      if ('demuxer' in opened) opened.demuxer.forceClose();
      // beamcoder never lets go of a buffer that it hasn't read to its end: at least the memory behind it is freed.
      head.buffer.transfer(0);
    }
  }
}

function conclude(demuxer: Demuxer, head: Buffer, sizeBytes: number | null): HeaderAnswer {
  const media = toMedia(demuxer, head, sizeBytes);
  if (media) return { kind: 'media', media, diagnostics: [] };
  if (media === null) return failure('NO_VIDEO_STREAM', 'the file has no video stream');
  return isWhole(head, sizeBytes)
    ? failure('CORRUPT_HEADER', "codec or size can't be found")
    : needMore(head, sizeBytes);
}

function explain(error: Error, head: Buffer, sizeBytes: number | null): HeaderAnswer {
  if (!isWhole(head, sizeBytes)) return needMore(head, sizeBytes);
  const message = error.message.replace(/^.*found error: /s, '');
  return failure(message.includes('Invalid data') ? 'NOT_A_VIDEO' : 'UNSUPPORTED_FORMAT', message);
}

function isWhole(head: Buffer, sizeBytes: number | null): boolean {
  return sizeBytes !== null && head.length >= sizeBytes;
}

/** Twice as much each time: beamcoder has to read from the file's start again. */
function needMore(head: Buffer, sizeBytes: number | null): HeaderAnswer {
  const restBytes = sizeBytes === null ? Number.POSITIVE_INFINITY : sizeBytes - head.length;
  return {
    kind: 'need',
    offset: head.length,
    lengthBytes: Math.min(Math.max(NEXT_RANGE_BYTES, head.length), restBytes),
  };
}

function failure(code: Failure['code'], message: string): HeaderAnswer {
  return { kind: 'failure', failure: { code, message }, diagnostics: [] };
}

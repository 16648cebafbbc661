import { readFile } from 'node:fs/promises';
import { SparseFile } from '@vigie/media-source';
import { expect } from 'chai';
import type { HeaderAnswer, HeaderProbe } from '../ports/header-probe.ts';

interface VideoSample {
  readonly container: string;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
}

const TIMEOUT_MS = 10_000;
const FIRST_RANGE_BYTES = 32 * 1024;
const MAX_REQUESTS = 16;

const EXPECTED: Readonly<Record<string, VideoSample | string>> = {
  'avi-mjpeg.avi': { container: 'avi', codec: 'mjpeg', width: 320, height: 240 },
  'avi-mpeg4.avi': { container: 'avi', codec: 'mpeg4', width: 320, height: 240 },
  'matroska.mkv': { container: 'matroska', codec: 'h264', width: 640, height: 480 },
  'mp4-faststart.mp4': { container: 'mp4', codec: 'h264', width: 1280, height: 720 },
  'mp4-moov-at-end.mp4': { container: 'mp4', codec: 'h264', width: 640, height: 480 },
  'webm-vp9.webm': { container: 'webm', codec: 'vp9', width: 480, height: 270 },
  'mpeg-ts.ts': { container: 'mpegts', codec: 'h264', width: 640, height: 480 },
  'html-page.mp4': 'NOT_A_VIDEO',
  'empty.mp4': 'VIDEO_EMPTY',
  'audio-only.mp4': 'NO_VIDEO_STREAM',
};

/**
 * What every header probe does.
 *
 * @param open a probe for one file; it is disposed of if it can be
 * @param beyond sample videos that this one can't understand
 */
export function itIsAHeaderProbe(open: () => HeaderProbe & Partial<Disposable>, beyond: readonly string[] = []): void {
  const samples = Object.entries(EXPECTED).filter(([file]) => !beyond.includes(file));

  for (const [file, expected] of samples) {
    it(`understands ${file}, asking for no byte twice`, async () => {
      expect(summaryOf(await understand(await readSample(file)))).to.deep.equal(expected);
    });
  }

  it('takes many files at once', async () => {
    const files = await Promise.all(samples.map(([file]) => readSample(file)));
    const answers = await Promise.all([...files, ...files].map(understand));
    expect(answers.map(summaryOf)).to.deep.equal([...samples, ...samples].map(([, expected]) => expected));
  });

  it('rejects with the reason of the signal, before and during a probe', async () => {
    const bytes = await readSample('mp4-faststart.mp4');
    for (const abortedBefore of [true, false]) {
      const reason = new Error('no longer wanted');
      const caller = new AbortController();
      if (abortedBefore) caller.abort(reason);
      using stack = new DisposableStack();
      const probe = openIn(stack);
      const probing = probe.probe(holding(bytes), { timeoutMs: TIMEOUT_MS, signal: caller.signal });
      caller.abort(reason);
      expect(await probing.catch((error: unknown) => error)).to.equal(reason);
    }
    expect(summaryOf(await understand(bytes))).to.deep.equal(EXPECTED['mp4-faststart.mp4']);
  });

  function openIn(stack: DisposableStack): HeaderProbe {
    const probe = open();
    stack.defer(() => probe[Symbol.dispose]?.());
    return probe;
  }

  async function understand(bytes: Uint8Array): Promise<HeaderAnswer> {
    using stack = new DisposableStack();
    const probe = openIn(stack);
    const file = new SparseFile();
    file.sizeBytes = bytes.length;
    file.add(0, bytes.subarray(0, FIRST_RANGE_BYTES));
    for (let requests = 1; requests <= MAX_REQUESTS; requests++) {
      const answer = await probe.probe(file, { timeoutMs: TIMEOUT_MS });
      if (answer.kind !== 'need') return answer;
      expect(file.covers(answer.offset, answer.offset + 1), `byte ${answer.offset} was there`).to.equal(false);
      file.add(answer.offset, bytes.subarray(answer.offset, answer.offset + answer.lengthBytes));
    }
    throw new Error(`no answer after ${MAX_REQUESTS} ranges`);
  }
}

function holding(bytes: Uint8Array): SparseFile {
  const file = new SparseFile();
  file.sizeBytes = bytes.length;
  file.add(0, bytes);
  return file;
}

async function readSample(file: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(new URL(`../../../nginx/videos/${file}`, import.meta.url)));
}

function summaryOf(answer: HeaderAnswer): VideoSample | string {
  if (answer.kind === 'need') return 'need';
  if (answer.kind === 'failure') return answer.failure.code;
  const { codec, width, height } = answer.media.video;
  return { container: answer.media.container, codec, width, height };
}

import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Media } from '@vigie/alert';
import { shortestRunMs } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { probeFile } from '../test/probe-file.ts';
import { readSample, samplePath, samples } from '../test/samples.ts';
import { probe } from './probe.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import { ProbeInputError } from './probe-input-error.ts';

const FIRST_RANGE_BYTES = 32 * 1024;

const THREAD_POOL_SIZE = Number(process.env.UV_THREADPOOL_SIZE ?? 4);

function headOf(file: string): Uint8Array {
  return readSample(file).subarray(0, FIRST_RANGE_BYTES);
}

function mediaOf(answer: ProbeAnswer): Media {
  if (answer.kind !== 'media') throw new Error(`expected media, got ${JSON.stringify(answer)}`);
  return answer.media;
}

function failureOf(answer: ProbeAnswer): string {
  if (answer.kind !== 'failure') throw new Error(`expected a failure, got ${JSON.stringify(answer)}`);
  return answer.code;
}

/** Until it is awaited, no thread of libuv's pool is free. */
function occupyThreadPool(): Promise<unknown> {
  const derive = promisify(pbkdf2);
  return Promise.all(Array.from({ length: THREAD_POOL_SIZE }, () => derive('secret', 'salt', 100_000, 64, 'sha512')));
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it did not reject'),
    error => error,
  );
}

describe('probe', () => {
  describe('on the sample videos', () => {
    const requestsOf: Record<string, number> = {
      'mp4-moov-at-end.mp4': 2,
      'mov-portrait-rotated.mov': 2,
      'mpeg-ts.ts': 2,
      'mp4-fragmented.mp4': 2,
    };

    it('states each duration in whole microseconds, without the noise of what was added up', async () => {
      const found = await Promise.all(samples.map(({ file }) => probeFile(samplePath(file))));
      const durations = found.flatMap(({ answer }) =>
        answer.kind === 'media' ? (answer.media.durationSeconds ?? []) : [],
      );
      expect(durations).to.have.length.above(5);
      expect(durations).to.deep.equal(durations.map(seconds => Number(seconds.toFixed(6))));
    });

    for (const { file, expected } of samples) {
      it(`describes ${file} from a few ranges`, async () => {
        const { answer, requests, bytesRead } = await probeFile(samplePath(file));
        if (expected.status === 'FAILED') {
          expect(failureOf(answer)).to.equal(expected.failureCode);
        } else {
          const media = mediaOf(answer);
          expect(media.container).to.equal(expected.container);
          expect(media.video.codec).to.equal(expected.codec);
          expect(media.video.width).to.equal(expected.width);
          expect(media.video.height).to.equal(expected.height);
          expect(media.video.rotation).to.equal(expected.rotation);
          expect(media.video.frameRate).to.equal(expected.frameRate);
          expect(media.durationSeconds).to.be.closeTo(expected.durationSeconds, 0.03);
          expect(media.audio?.codec ?? null).to.equal(expected.audioCodec);
          expect(media.truncated).to.equal(false);
        }
        expect(requests).to.equal(requestsOf[file] ?? 1);
        expect(bytesRead).to.be.at.most(104 * 1024);
      });

      it(`gives the same answer about ${file} when it gets the bytes in other portions`, async () => {
        const usual = await probeFile(samplePath(file));
        for (const firstRangeBytes of [16, 1000, 300_000]) {
          const other = await probeFile(samplePath(file), { firstRangeBytes });
          expect({ ...other.answer, diagnostics: [] }).to.deep.equal({ ...usual.answer, diagnostics: [] });
        }
      });
    }

    it('applies the rotation to the display size and leaves the coded size', async () => {
      const { video } = mediaOf((await probeFile(samplePath('mov-portrait-rotated.mov'))).answer);
      expect([video.width, video.height]).to.deep.equal([640, 480]);
      expect([video.displayWidth, video.displayHeight]).to.deep.equal([480, 640]);
    });

    it('says where the index of an MP4 is', async () => {
      const layoutOf = async (file: string) => {
        const { moovAtEnd, fragmented } = mediaOf((await probeFile(samplePath(file))).answer);
        return { moovAtEnd, fragmented };
      };
      expect(await layoutOf('mp4-faststart.mp4')).to.deep.equal({ moovAtEnd: false, fragmented: false });
      expect(await layoutOf('mp4-moov-at-end.mp4')).to.deep.equal({ moovAtEnd: true, fragmented: false });
      expect(await layoutOf('mp4-fragmented.mp4')).to.deep.equal({ moovAtEnd: false, fragmented: true });
    });

    it('finds profile and pixel format without reading a picture', async () => {
      const { video } = mediaOf((await probeFile(samplePath('mp4-moov-at-end.mp4'))).answer);
      expect([video.profile, video.pixelFormat]).to.deep.equal(['High', 'yuv420p']);
    });
  });

  describe('on the size of the file', () => {
    it('takes the duration of an AVI from its header, not from the bytes at hand', async () => {
      const ranges = [{ offset: 0, bytes: headOf('avi-mpeg4.avi') }];
      const sizeBytes = readSample('avi-mpeg4.avi').length;
      const media = mediaOf(await probe({ ranges, sizeBytes }));
      expect(media.durationSeconds).to.be.closeTo(4.02, 0.01);
      expect(media.durationSource).to.equal('header');
      expect(media.truncated).to.equal(false);
    });

    it('says so when an AVI or an MP4 is cut short after its header', async () => {
      for (const file of ['avi-mpeg4.avi', 'mp4-faststart.mp4', 'matroska.mkv']) {
        const ranges = [{ offset: 0, bytes: headOf(file) }];
        const media = mediaOf(await probe({ ranges, sizeBytes: 60_000 }));
        expect(media.truncated, file).to.equal(true);
      }
    });

    it('works without the size', async () => {
      for (const { file, expected } of samples) {
        const { answer } = await probeFile(samplePath(file), { hideSize: true });
        if (expected.status === 'FAILED') expect(failureOf(answer), file).to.equal(expected.failureCode);
        else expect(mediaOf(answer).video.codec, file).to.equal(expected.codec);
      }
    });

    it('leaves out what only the size could show', async () => {
      const durationOf = async (file: string) => {
        const media = mediaOf((await probeFile(samplePath(file), { hideSize: true })).answer);
        return [media.sizeBytes, media.durationSeconds, media.durationSource];
      };
      expect(await durationOf('avi-mjpeg.avi')).to.deep.equal([null, 3, 'header']);
      expect(await durationOf('mpeg-ts.ts')).to.deep.equal([null, null, null]);
    });

    it('asks for the first bytes when it is given none', async () => {
      const answer = await probe({ ranges: [], sizeBytes: null });
      expect(answer).to.deep.equal({ kind: 'need', offset: 0, lengthBytes: FIRST_RANGE_BYTES });
    });

    it('takes a first range without bytes for an empty file', async () => {
      const ranges = [{ offset: 0, bytes: new Uint8Array() }];
      expect(failureOf(await probe({ ranges, sizeBytes: null }))).to.equal('VIDEO_EMPTY');
    });

    it('never asks for bytes past the end or at hand', async () => {
      const bytes = readSample('mp4-moov-at-end.mp4');
      const need = await probe({
        ranges: [{ offset: 0, bytes: bytes.subarray(0, FIRST_RANGE_BYTES) }],
        sizeBytes: bytes.length,
      });
      if (need.kind !== 'need') return expect.fail('expected a need');
      expect(need.offset).to.be.greaterThan(FIRST_RANGE_BYTES);
      expect(need.offset + need.lengthBytes).to.equal(bytes.length);
    });
  });

  describe('on hostile input', () => {
    it('refuses formats that are not on the allow-list, known to libav or not', async () => {
      const wav = new Uint8Array(4096);
      wav.set(new TextEncoder().encode('RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0'));
      const asWhole = (bytes: Uint8Array) => probe({ ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length });
      expect(failureOf(await asWhole(wav))).to.equal('NO_VIDEO_STREAM');
      expect(failureOf(await asWhole(new Uint8Array(4096).fill(1)))).to.equal('NOT_A_VIDEO');
      expect(failureOf(await asWhole(new Uint8Array(4096)))).to.equal('VIDEO_EMPTY');
    });

    it('returns what libav logged, and prints none of it', async () => {
      const { answer } = await probeFile(samplePath('truncated.mp4'));
      if (answer.kind !== 'failure') return expect.fail('expected a failure');
      expect(answer.diagnostics).to.include('moov atom not found');
    });
  });

  describe('on time', () => {
    const input = { ranges: [{ offset: 0, bytes: headOf('mp4-faststart.mp4') }], sizeBytes: 151_169 };

    it('rejects with the reason of the signal that aborts, also while the probe waits for a thread', async () => {
      const busy = occupyThreadPool();
      const tookMs = await shortestRunMs(50, async () => {
        const controller = new AbortController();
        const pending = rejectionOf(probe(input, { signal: controller.signal }));
        const reason = new Error('shutting down');
        const abortedAt = performance.now();
        controller.abort(reason);
        expect(await pending).to.equal(reason);
        return performance.now() - abortedAt;
      });
      expect(tookMs).to.be.lessThan(50);
      await busy;
    });

    it('rejects at once with a signal that has aborted', async () => {
      const signal = AbortSignal.abort(new Error('too late'));
      expect(await rejectionOf(probe(input, { signal }))).to.equal(signal.reason);
    });

    it('fails with PROBE_TIMEOUT when the time is over before a thread was free', async () => {
      const busy = occupyThreadPool();
      expect(failureOf(await probe(input, { timeoutMs: 1 }))).to.equal('PROBE_TIMEOUT');
      await busy;
    });

    it('answers five hundred probes at once', async () => {
      const answers = await Promise.all(Array.from({ length: 500 }, () => probe(input)));
      for (const answer of answers) expect(mediaOf(answer).video.width).to.equal(1280);
    });
  });

  describe('in worker threads', () => {
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.face).then(async ({ probe }) => {
        const answer = await probe(workerData.input);
        parentPort.postMessage(answer.kind);
      });`;
    const workerData = {
      face: new URL('./index.ts', import.meta.url).href,
      input: { ranges: [{ offset: 0, bytes: headOf('avi-mjpeg.avi') }], sizeBytes: 125_838 },
    };

    it('loads again and again', async () => {
      for (let i = 0; i < 5; i++) {
        const worker = new Worker(script, { eval: true, workerData });
        const kind = await new Promise((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
        });
        expect(kind).to.equal('media');
        await worker.terminate();
      }
    });

    it('may be ended while a probe runs', async () => {
      const busy = occupyThreadPool();
      const endless = `
        const { parentPort, workerData } = require('node:worker_threads');
        import(workerData.face).then(({ probe }) => {
          for (let i = 0; i < 50; i++) probe(workerData.input).catch(() => {});
          parentPort.postMessage('started');
        });`;
      const worker = new Worker(endless, { eval: true, workerData });
      await new Promise(resolve => worker.once('message', resolve));
      await worker.terminate();
      await busy;
    });
  });

  describe('on wrong arguments', () => {
    const wrong: [string, unknown, object?][] = [
      ['ranges', { sizeBytes: 1 }],
      ['ranges[0].offset', { ranges: [{ offset: -1, bytes: new Uint8Array(1) }], sizeBytes: null }],
      ['ranges[0].bytes', { ranges: [{ offset: 0, bytes: [1, 2] }], sizeBytes: null }],
      ['sizeBytes', { ranges: [], sizeBytes: 1.5 }],
      ['sizeBytes', { ranges: [] }],
      ['timeoutMs', { ranges: [], sizeBytes: null }, { timeoutMs: 0 }],
      ['maxStreams', { ranges: [], sizeBytes: null }, { maxStreams: Number.NaN }],
    ];
    for (const [field, input, options] of wrong) {
      it(`names ${field} in ${JSON.stringify(input)} ${JSON.stringify(options ?? {})}`, async () => {
        const error = await rejectionOf(probe(input as never, options));
        expect(error).to.be.instanceOf(ProbeInputError).with.property('field', field);
      });
    }
  });
});

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shortestRunMs } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { decodeJpeg, firstFrameOf, firstVideoPacketOf, peakSignalToNoise, runFfmpeg } from '../test/ffmpeg-frame.ts';
import { moveTracksAfterClusters, rotateTrack } from '../test/matrix/edits.ts';
import { type FilePosterOptions, posterOfFile } from '../test/poster-file.ts';
import { probeFile } from '../test/probe-file.ts';
import { readSample, samplePath, samples } from '../test/samples.ts';
import { poster } from './poster.ts';
import type { PosterAnswer } from './poster-answer.ts';
import { ProbeInputError } from './probe-input-error.ts';

const FIRST_RANGE_BYTES = 32 * 1024;
const MIN_DECIBELS = 30;

type Poster = Extract<PosterAnswer, { kind: 'poster' }>;

function pictureOf(answer: PosterAnswer): Poster {
  if (answer.kind !== 'poster') throw new Error(`expected a poster, got ${JSON.stringify(answer)}`);
  return answer;
}

function failureOf(answer: PosterAnswer): string {
  if (answer.kind !== 'failure') throw new Error(`expected a failure, got ${answer.kind}`);
  return answer.code;
}

async function posterOf(path: string, options?: FilePosterOptions): Promise<Poster> {
  return pictureOf((await posterOfFile(path, options)).answer);
}

function expectSamePicture(path: string, { jpeg, width, height }: Poster): void {
  const shown = decodeJpeg(jpeg);
  expect(shown.length).to.equal(width * height * 3);
  expect(peakSignalToNoise(shown, firstFrameOf(path, width, height))).to.be.greaterThan(MIN_DECIBELS);
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it did not reject'),
    error => error,
  );
}

const PATTERN = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=0.2'];

describe('poster', () => {
  let folder: string;

  /** Encodes a clip into a file of its own; its extension selects the container. */
  function makeClip(name: string, args: readonly string[]): string {
    const path = join(folder, name);
    runFfmpeg(['-nostdin', ...args, path]);
    return path;
  }

  /** Its key frames are large, because nothing can be predicted in noise. */
  function makeNoise(name: string, args: readonly string[] = []): string {
    const noise = ['-f', 'lavfi', '-i', 'nullsrc=size=320x240:rate=25:duration=0.4,geq=random(1)*255:128:128'];
    const tone = ['-f', 'lavfi', '-i', 'sine=duration=0.4', '-c:a', 'mp2'];
    return makeClip(name, [...noise, ...tone, '-c:v', 'libx264', '-qp', '10', '-pix_fmt', 'yuv420p', ...args]);
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-poster-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  describe('on the sample videos', () => {
    const sizeOf: Record<string, [number, number]> = {
      'avi-mpeg4.avi': [320, 240],
      'avi-mjpeg.avi': [320, 240],
      'mp4-moov-at-end.mp4': [640, 480],
      'mp4-faststart.mp4': [640, 360],
      'mp4-fragmented.mp4': [640, 360],
      'mov-portrait-rotated.mov': [480, 640],
      'matroska.mkv': [640, 480],
      'webm-vp9.webm': [480, 270],
      'mpeg-ts.ts': [640, 480],
    };

    for (const { file, expected } of samples) {
      if (expected.status === 'FAILED') {
        it(`fails on ${file} as a probe does`, async () => {
          expect(failureOf((await posterOfFile(samplePath(file))).answer)).to.equal(expected.failureCode);
        });
        continue;
      }

      it(`shows ${file} as ffmpeg does`, async () => {
        const picture = await posterOf(samplePath(file));
        expect([picture.width, picture.height]).to.deep.equal(sizeOf[file]);
        expectSamePicture(samplePath(file), picture);
      });

      it(`asks for no more of ${file} than a probe`, async () => {
        const { reads } = await posterOfFile(samplePath(file));
        const { requests, bytesRead } = await probeFile(samplePath(file));
        expect(reads.length).to.be.at.most(requests);
        expect(reads.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)).to.be.at.most(bytesRead);
      });

      it(`shows the same of ${file} when it gets the bytes in another portion or without the size`, async () => {
        const { jpeg } = await posterOf(samplePath(file));
        for (const options of [{ firstRangeBytes: 1000 }, { firstRangeBytes: 300_000 }, { hideSize: true }]) {
          expect(Buffer.compare((await posterOf(samplePath(file), options)).jpeg, jpeg)).to.equal(0);
        }
      });
    }
  });

  describe('on the ranges of the key frame', () => {
    for (const name of ['end.mp4', 'plain.mov', 'clip.avi', 'clip.mkv']) {
      it(`asks for exactly that frame of ${name}, at once, after what the header takes`, async () => {
        const path = makeNoise(name);
        const packet = firstVideoPacketOf(path);
        const { answer, reads } = await posterOfFile(path, { quality: 100 });
        expectSamePicture(path, pictureOf(answer));
        const headerReads = (await probeFile(path)).requests;
        expect(reads).to.have.length(headerReads + 1);
        const frame = reads.at(-1) ?? expect.fail('nothing was read');
        expect(frame.offset).to.equal(FIRST_RANGE_BYTES);
        // The container's own few bytes before the frame count to it.
        expect(frame.offset + frame.lengthBytes).to.be.closeTo(packet.offset + packet.lengthBytes, 16);
      });
    }

    it('asks for exactly that frame of a fragmented MP4', async () => {
      const path = makeNoise('fragmented.mp4', ['-movflags', 'frag_keyframe+empty_moov+default_base_moof']);
      const packet = firstVideoPacketOf(path);
      const { answer, reads } = await posterOfFile(path, { quality: 100 });
      expectSamePicture(path, pictureOf(answer));
      expect(reads).to.deep.equal([
        { offset: 0, lengthBytes: FIRST_RANGE_BYTES },
        { offset: FIRST_RANGE_BYTES, lengthBytes: packet.offset + packet.lengthBytes - FIRST_RANGE_BYTES },
      ]);
    });

    it('asks for growing ranges of MPEG-TS, which does not state where a frame ends', async () => {
      const path = makeNoise('clip.ts');
      const { answer, reads } = await posterOfFile(path, { quality: 100 });
      expectSamePicture(path, pictureOf(answer));
      const bytesRead = reads.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
      expect(bytesRead).to.be.lessThan(statSync(path).size / 2);
    });

    it('finds it in a Matroska whose tracks lie after the clusters', async () => {
      const usual = makeNoise('usual.mkv');
      const path = join(folder, 'tracks-after.mkv');
      writeFileSync(path, moveTracksAfterClusters(readFileSync(usual)));
      for (const firstRangeBytes of [FIRST_RANGE_BYTES, 2 ** 20]) {
        expectSamePicture(usual, await posterOf(path, { quality: 100, firstRangeBytes }));
      }
    });

    it('leaves out a key frame that the edit list of an MP4 cuts off, if another follows', async () => {
      const start = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25:duration=2', '-c:v', 'libx264', '-g', '25'];
      const whole = makeClip('two-groups.mp4', [...start, '-bf', '0', '-pix_fmt', 'yuv420p']);
      const trimmed = makeClip('trimmed.mp4', ['-ss', '0.5', '-i', whole, '-c', 'copy']);
      const second = makeClip('second.mkv', ['-ss', '1', '-i', whole, '-frames:v', '1', '-c:v', 'ffv1']);
      expectSamePicture(second, await posterOf(trimmed));
      const oneGroup = makeClip('trimmed-to-one.mp4', ['-ss', '0.5', '-i', whole, '-t', '0.3', '-c', 'copy']);
      expect(await posterOf(oneGroup)).to.include({ width: 320, height: 240 });
    });

    it('leaves out pictures that need an earlier one', async () => {
      const start = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25:duration=2', '-c:v', 'libx264', '-g', '25'];
      const whole = makeClip('whole.mkv', start);
      for (const name of ['late.mp4', 'late.mkv', 'late.ts']) {
        const path = makeClip(name, ['-i', whole, '-c', 'copy', '-bsf:v', 'noise=drop=lt(n\\,5)']);
        const fromKeyFrame = makeClip(`key-${name}.mkv`, ['-ss', '1', '-i', whole, '-frames:v', '1', '-c:v', 'ffv1']);
        expectSamePicture(fromKeyFrame, await posterOf(path));
      }
    });
  });

  describe('on how a picture is shown', () => {
    for (const degrees of [90, 180, 270]) {
      it(`turns a picture that is to be turned by ${degrees} degrees`, async () => {
        const upright = makeClip('upright.mp4', [...PATTERN, '-c:v', 'libx264', '-pix_fmt', 'yuv420p']);
        const turned = join(folder, `turned-${degrees}.mp4`);
        writeFileSync(turned, rotateTrack(readFileSync(upright), degrees));
        const picture = await posterOf(turned);
        expect([picture.width, picture.height]).to.deep.equal(degrees === 180 ? [640, 360] : [360, 640]);
        expectSamePicture(turned, picture);
      });
    }

    it('stretches samples that are not square', async () => {
      const path = makeClip('anamorphic.mp4', [
        ...['-f', 'lavfi', '-i', 'testsrc2=size=720x576:duration=0.2,setsar=64/45', '-c:v', 'libx264'],
      ]);
      const picture = await posterOf(path, { maxSidePixels: 1024 });
      expect([picture.width, picture.height]).to.deep.equal([1024, 576]);
      expectSamePicture(path, picture);
    });

    it('reduces the longest side to what is asked for and enlarges nothing', async () => {
      const sizeAt = async (maxSidePixels: number) => {
        const { width, height } = await posterOf(samplePath('mov-portrait-rotated.mov'), { maxSidePixels });
        return [width, height];
      };
      expect(await sizeAt(8192)).to.deep.equal([480, 640]);
      expect(await sizeAt(320)).to.deep.equal([240, 320]);
      expect(await sizeAt(1)).to.deep.equal([1, 1]);
    });

    const colors: [string, string, readonly string[]][] = [
      ['BT.709', 'bt709.mp4', ['-vf', 'scale=out_color_matrix=bt709', '-colorspace', 'bt709', '-pix_fmt', 'yuv420p']],
      [
        'full range BT.709',
        'full.mkv',
        ['-vf', 'scale=out_color_matrix=bt709:out_range=pc', '-colorspace', 'bt709', '-color_range', 'pc'],
      ],
      ['ten bits', 'ten-bits.mp4', ['-pix_fmt', 'yuv420p10le']],
      ['4:4:4 of odd size', 'odd.mkv', ['-vf', 'crop=321:241:exact=1', '-pix_fmt', 'yuv444p']],
      ['grey', 'grey.mkv', ['-pix_fmt', 'gray']],
    ];
    for (const [what, name, args] of colors) {
      it(`keeps the colours of ${what}`, async () => {
        const path = makeClip(name, [...PATTERN, ...args, '-c:v', 'libx264']);
        expectSamePicture(path, await posterOf(path));
      });
    }

    it('puts what is transparent on black', async () => {
      const red = ['-f', 'lavfi', '-i', 'color=c=red@0.5:size=64x64:duration=0.1,format=argb'];
      const path = makeClip('transparent.mov', [...red, '-c:v', 'qtrle']);
      const [r, g, b] = decodeJpeg((await posterOf(path)).jpeg);
      expect(r).to.be.closeTo(128, 3);
      expect(g).to.be.closeTo(0, 3);
      expect(b).to.be.closeTo(0, 3);
    });

    it('skips cover art', async () => {
      const clip = makeClip('plain.mp4', [...PATTERN, '-c:v', 'libx264', '-pix_fmt', 'yuv420p']);
      const cover = makeClip('cover.png', ['-f', 'lavfi', '-i', 'color=red:size=900x900', '-frames:v', '1']);
      const path = makeClip('covered.mp4', [
        ...['-i', cover, '-i', clip, '-map', '0', '-map', '1', '-c', 'copy', '-disposition:v:0', 'attached_pic'],
      ]);
      expectSamePicture(clip, await posterOf(path));
    });

    it('makes a baseline JPEG that grows with the quality', async () => {
      const at = async (quality: number) => (await posterOf(samplePath('matroska.mkv'), { quality })).jpeg;
      const [low, usual, high] = [await at(20), await at(80), await at(95)];
      expect(low.length).to.be.lessThan(usual.length);
      expect(usual.length).to.be.lessThan(high.length);
      expect(Buffer.from(usual).subarray(0, 11).toString('latin1')).to.equal('\xFF\xD8\xFF\xE0\0\x10JFIF\0');
      expect(Buffer.from(usual).includes(Buffer.from([0xff, 0xc0, 0, 17, 8]))).to.equal(true);
    });
  });

  describe('on hostile input', () => {
    it('decodes no picture of more pixels than the limit', async () => {
      const answer = await posterOfFile(samplePath('mp4-faststart.mp4'), { maxPixels: 1280 * 720 - 1 });
      expect(failureOf(answer.answer)).to.equal('PICTURE_TOO_LARGE');
      await posterOf(samplePath('mp4-faststart.mp4'), { maxPixels: 1280 * 720 });
    });

    it('decodes none either when the size that the container states is a lie', async () => {
      const bytes = readSample('mp4-faststart.mp4').slice();
      const view = new DataView(bytes.buffer);
      const widthInSampleEntry = Buffer.from(bytes).indexOf('avc1', Buffer.from(bytes).indexOf('stsd')) + 28;
      expect(view.getUint16(widthInSampleEntry)).to.equal(1280);
      view.setUint16(widthInSampleEntry, 16);
      const input = { ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length };
      expect(failureOf(await poster(input, { maxPixels: 100_000 }))).to.equal('PICTURE_TOO_LARGE');
    });

    it('asks for no frame of more bytes than the limit', async () => {
      for (const name of ['large.mp4', 'large.avi']) {
        const path = makeNoise(name);
        const { answer, reads } = await posterOfFile(path, { maxFrameBytes: 40_000 });
        expect(failureOf(answer)).to.equal('PICTURE_TOO_LARGE');
        expect(reads.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)).to.be.lessThan(40_000);
      }
    });

    it('fails when the file ends before its first key frame does', async () => {
      const bytes = readSample('mp4-faststart.mp4');
      const { offset, lengthBytes } = firstVideoPacketOf(samplePath('mp4-faststart.mp4'));
      const sizeBytes = offset + lengthBytes - 1;
      const answer = await poster({ ranges: [{ offset: 0, bytes: bytes.subarray(0, sizeBytes) }], sizeBytes });
      expect(failureOf(answer)).to.equal('NO_KEY_FRAME');
    });

    it('survives videos with bytes changed and cut', async () => {
      const videos = samples
        .filter(({ expected }) => expected.status === 'PROCESSED')
        .map(({ file }) => readSample(file));
      const mutation = fc.record({
        video: fc.constantFrom(...videos),
        headerEdits: fc.array(fc.tuple(fc.nat(2047), fc.nat(255)), { maxLength: 4 }),
        edits: fc.array(fc.tuple(fc.nat(32_767), fc.nat(255)), { maxLength: 30 }),
        keep: fc.integer({ min: 1000, max: 200_000 }),
      });
      await fc.assert(
        fc.asyncProperty(mutation, async ({ video, headerEdits, edits, keep }) => {
          const bytes = video.slice(0, keep);
          for (const [at, value] of [...headerEdits, ...edits]) if (at < bytes.length) bytes[at] = value;
          const answer = await poster(
            { ranges: [{ offset: 0, bytes }], sizeBytes: video.length },
            // Long, to tell a video that hangs the decoder from a machine that is busy with other work.
            { maxSidePixels: 64, timeoutMs: 60_000 },
          );
          if (answer.kind === 'need') {
            expect(answer.lengthBytes).to.be.greaterThan(0);
            expect(answer.offset).to.be.at.least(bytes.length);
            expect(answer.offset + answer.lengthBytes).to.be.at.most(video.length);
          }
          if (answer.kind === 'poster') expect(Math.max(answer.width, answer.height)).to.be.at.most(64);
          if (answer.kind === 'failure') expect(answer.code).to.not.equal('PROBE_TIMEOUT');
        }),
        { numRuns: 500 },
      );
    });
  });

  describe('on time', () => {
    const bytes = readSample('mp4-faststart.mp4');
    const input = { ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length };

    it('rejects at once with the reason of the signal that aborts', async () => {
      const tookMs = await shortestRunMs(50, async () => {
        const controller = new AbortController();
        const pending = Array.from({ length: 20 }, () => rejectionOf(poster(input, { signal: controller.signal })));
        const reason = new Error('shutting down');
        const abortedAt = performance.now();
        controller.abort(reason);
        expect(await Promise.all(pending)).to.deep.equal(Array.from({ length: 20 }, () => reason));
        const tookMs = performance.now() - abortedAt;
        expect(await rejectionOf(poster(input, { signal: controller.signal }))).to.equal(reason);
        return tookMs;
      });
      expect(tookMs).to.be.lessThan(50);
    });

    it('fails with PROBE_TIMEOUT when the time is over', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => poster(input, { timeoutMs: 1 })));
      expect(answers.map(failureOf)).to.include('PROBE_TIMEOUT');
    });

    it('answers many at once, all alike', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => poster(input)));
      const [first, ...others] = answers.map(answer => Buffer.from(pictureOf(answer).jpeg));
      for (const other of others) expect(first?.equals(other)).to.equal(true);
    });
  });

  describe('on wrong arguments', () => {
    const wrong: [string, object][] = [
      ['maxSidePixels', { maxSidePixels: 0 }],
      ['maxSidePixels', { maxSidePixels: 8193 }],
      ['quality', { quality: 101 }],
      ['quality', { quality: 79.5 }],
      ['maxPixels', { maxPixels: -1 }],
      ['maxFrameBytes', { maxFrameBytes: Number.NaN }],
      ['timeoutMs', { timeoutMs: 0 }],
    ];
    for (const [field, options] of wrong) {
      it(`names ${field} in ${JSON.stringify(options)}`, async () => {
        const error = await rejectionOf(poster({ ranges: [], sizeBytes: null }, options));
        expect(error).to.be.instanceOf(ProbeInputError).with.property('field', field);
      });
    }
  });
});

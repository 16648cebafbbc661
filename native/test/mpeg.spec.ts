import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Media } from '@vigie/alert';
import { expect } from 'chai';
import { decodeJpeg, firstFrameOf, peakSignalToNoise, runFfmpeg } from './ffmpeg-frame.ts';
import { FIELD_CODED_SIZE, fieldCodedH264 } from './field-coded-h264.ts';
import { mediaOfFile } from './media-of-file.ts';
import { posterOfFile } from './poster-file.ts';
import { probeFile } from './probe-file.ts';
import { FIRST_STREAM_PID, nullPackets, shiftTimes, withoutPid } from './transport-stream.ts';

const TEN_HOURS_IN_TICKS = 10 * 3600 * 90_000;
const MIN_DECIBELS = 25;

/** What most of these tests are about. */
function pick({ container, video, durationSeconds }: Media) {
  const { codec, width, height, frameRate } = video;
  return { container, codec, size: [width, height], frameRate, durationSeconds };
}

const H264 = { container: 'mpegts', codec: 'h264', size: [160, 120], frameRate: 10, durationSeconds: 4 };

describe('MPEG transport and program streams', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-mpeg-'));
    const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0'];
    const inFolder = (name: string) => join(folder, name);
    runFfmpeg([
      ...['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=4'],
      ...['-f', 'lavfi', '-i', 'testsrc2=size=352x288:rate=25:duration=2'],
      ...['-f', 'lavfi', '-i', 'sine=duration=20:sample_rate=48000'],
      ...['-f', 'lavfi', '-i', "nullsrc=size=192x144:rate=10:duration=0.1,geq='random(1)*255':128:128,loop=39:1"],
      '-filter_complex',
      '[0]split[late_in][other_in];[late_in]setpts=PTS+15/TB[late];[other_in]scale=96:64[other];' +
        '[1]split[dvd][m2v_in];[dvd]setpts=PTS+16/TB[dvd_late];[m2v_in]scale=160:120[m2v]',
      ...['-map', '0:v', ...x264, inFolder('plain.ts')],
      ...['-map', '0:v', ...x264, '-g', '1', '-qp', '2', inFolder('large.ts')],
      ...['-map', '[other]', '-map', '0:v', ...x264, '-program', 'st=0', '-program', 'st=1', inFolder('two.ts')],
      ...['-map', '[late]', '-map', '2:a', ...x264, '-c:a', 'aac', '-b:a', '64k', inFolder('late.ts')],
      ...['-map', '[dvd_late]', '-map', '2:a', '-c:v', 'mpeg2video', '-c:a', 'mp2', '-b:a', '192k', '-f', 'mpeg'],
      ...['-muxpreload', '0', inFolder('late.mpg')],
      ...['-map', '3:v', ...x264, '-qp', '10', '-pix_fmt', 'yuv420p'],
      ...['-bsf:v', 'h264_metadata=tick_rate=1200', inFolder('clock.ts')],
      ...['-map', '[m2v]', '-c:v', 'mpeg2video', '-b:v', '400k', '-g', '40', inFolder('mpeg2.ts')],
    ]);
    const copy = ['-i', inFolder('plain.ts'), '-c', 'copy'];
    runFfmpeg([...copy, '-bsf:v', "noise=drop='between(n,1,3)'", inFolder('gap.ts')]);
    writeFileSync(inFolder('fields.h264'), fieldCodedH264(12));
    runFfmpeg(['-f', 'h264', '-framerate', '25', '-i', inFolder('fields.h264'), '-c', 'copy', inFolder('fields.ts')]);
    const late = ['-i', inFolder('mpeg2.ts'), '-c', 'copy', '-bsf:v', "noise=drop='lt(n,2)'"];
    runFfmpeg([...late, inFolder('no-header.ts'), ...late.slice(2), '-f', 'vob', inFolder('no-header.mpg')]);
  });

  after(() => rmSync(folder, { recursive: true }));

  function edit(name: string, change: (bytes: Buffer) => Buffer): string {
    const path = join(folder, `edited-${name}`);
    writeFileSync(path, change(readFileSync(join(folder, name))));
    return path;
  }

  async function expectSamePoster(path: string): Promise<void> {
    const { answer } = await posterOfFile(path);
    if (answer.kind !== 'poster') throw new Error(`expected a poster, got ${answer.code}: ${answer.message}`);
    const { jpeg, width, height } = answer;
    expect(peakSignalToNoise(decodeJpeg(jpeg), firstFrameOf(path, width, height))).to.be.above(MIN_DECIBELS);
  }

  it('takes for the video what there are packets of, not what is announced first', async () => {
    const path = edit('two.ts', bytes => withoutPid(bytes, FIRST_STREAM_PID));
    const media = await mediaOfFile(path);
    expect(pick(media)).to.deep.equal(H264);
    expect(media.videoStreams).to.equal(2);
    const { answer } = await posterOfFile(path);
    expect(answer).to.include({ kind: 'poster', width: 160, height: 120 });
  });

  it('keeps the clocks of two programs apart', async () => {
    const path = edit('two.ts', bytes => shiftTimes(bytes, FIRST_STREAM_PID + 1, TEN_HOURS_IN_TICKS));
    expect((await mediaOfFile(path)).durationSeconds).to.equal(4);
  });

  for (const [when, ticks] of Object.entries({ later: TEN_HOURS_IN_TICKS, earlier: -90_000, 'the same': 0 })) {
    it(`adds up two recordings that were joined, the second on ${when} clock`, async () => {
      const path = edit('plain.ts', bytes => Buffer.concat([bytes, shiftTimes(bytes, FIRST_STREAM_PID, ticks)]));
      expect((await mediaOfFile(path)).durationSeconds).to.equal(8);
    });
  }

  it('states no duration of a larger file whose clock jumps by hours', async () => {
    const path = edit('large.ts', bytes =>
      Buffer.concat([bytes, shiftTimes(bytes, FIRST_STREAM_PID, TEN_HOURS_IN_TICKS)]),
    );
    expect((await mediaOfFile(path)).durationSeconds).to.equal(null);
  });

  it('keeps the duration of a recording that starts late on its clock', async () => {
    const path = edit('large.ts', bytes => shiftTimes(bytes, FIRST_STREAM_PID, TEN_HOURS_IN_TICKS));
    expect((await mediaOfFile(path)).durationSeconds).to.equal(4);
  });

  for (const [name, container, codec] of [
    ['late.ts', 'mpegts', 'h264'],
    ['late.mpg', 'mpeg', 'mpeg2video'],
  ] as const) {
    it(`finds the video of ${name}, which begins after a quarter of a minute of sound`, async () => {
      const path = join(folder, name);
      const media = await mediaOfFile(path);
      expect(media).to.include({ container, audioStreams: 1 });
      expect(media.video.codec).to.equal(codec);
      expect(media.durationSeconds).to.be.closeTo(20, 0.1);
      expect((await posterOfFile(path)).answer.kind).to.equal('poster');
    });
  }

  for (const [what, padding] of Object.entries({
    zeros: Buffer.alloc(300_000),
    'null packets': nullPackets(1600),
    'the bytes of erased flash memory': Buffer.alloc(300_000, 0xff),
  })) {
    it(`finds the last time stamp before 300 KB of ${what}`, async () => {
      const path = edit('plain.ts', bytes => Buffer.concat([bytes, padding]));
      expect(pick(await mediaOfFile(path))).to.deep.equal(H264);
    });
  }

  it('finds the last time stamp before megabytes of zeros, which are not read', async () => {
    const path = edit('plain.ts', bytes => Buffer.concat([bytes, Buffer.alloc(5_000_000)]));
    const { answer, requests, bytesRead } = await probeFile(path);
    if (answer.kind !== 'media') throw new Error(`expected media, got ${answer.code}: ${answer.message}`);
    expect(pick(answer.media)).to.deep.equal(H264);
    expect([requests <= 16, bytesRead <= 512 * 1024]).to.deep.equal([true, true]);
  });

  it('finds where packets begin behind zeros or other bytes', async () => {
    const noise = Buffer.from(Array.from({ length: 9999 }, (_, i) => Math.imul(i, 2654435761) >>> 24));
    for (const before of [Buffer.alloc(20_000), noise]) {
      const path = edit('plain.ts', bytes => Buffer.concat([before, bytes]));
      expect(pick(await mediaOfFile(path))).to.deep.equal(H264);
      expect((await posterOfFile(path)).answer.kind).to.equal('poster');
    }
  });

  it('finds what ends in the middle of the file', async () => {
    const path = edit('late.ts', bytes => {
      const [video, audio] = [withoutPid(bytes, FIRST_STREAM_PID + 1), withoutPid(bytes, FIRST_STREAM_PID)];
      return Buffer.concat([audio.subarray(0, audio.length), video]);
    });
    expect((await mediaOfFile(path)).durationSeconds).to.be.closeTo(20, 0.1);
  });

  it('counts the last packet of Opus on every libav', async () => {
    const opus = ['-f', 'lavfi', '-i', 'sine=duration=4.5:sample_rate=48000', '-c:v', 'copy', '-c:a', 'libopus'];
    const path = join(folder, 'opus.ts');
    runFfmpeg(['-i', join(folder, 'plain.ts'), ...opus, path]);
    // 226 packets of 20 ms, the first of which begins before the sound.
    expect((await mediaOfFile(path)).durationSeconds).to.be.closeTo(4.52, 0.001);
  });

  describe('counts frames a second', () => {
    it('by the time stamps where the parameter sets contradict them', async () => {
      const media = await mediaOfFile(join(folder, 'clock.ts'));
      expect([media.video.frameRate, media.durationSeconds]).to.deep.equal([10, 4]);
    });

    it('in spite of a gap behind the first picture', async () => {
      expect((await mediaOfFile(join(folder, 'gap.ts'))).video.frameRate).to.equal(10);
    });

    it('where each frame is two fields', async () => {
      const { video, durationSeconds } = await mediaOfFile(join(folder, 'fields.ts'));
      expect(video).to.include({ ...FIELD_CODED_SIZE, frameRate: 25 });
      expect(durationSeconds).to.equal(0.48);
    });

    for (const name of ['mpeg2.ts', 'no-header.ts', 'no-header.mpg']) {
      it(`of ${name} by the sequence header of MPEG-2`, async () => {
        const { video } = await mediaOfFile(join(folder, name));
        expect(video).to.include({ codec: 'mpeg2video', width: 160, height: 120, frameRate: 25 });
      });
    }
  });

  for (const name of ['fields.ts', 'no-header.mpg', 'clock.ts']) {
    it(`shows the first key picture of ${name} as ffmpeg does`, async () => {
      await expectSamePoster(join(folder, name));
    });
  }
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runFfmpeg } from './ffmpeg-frame.ts';
import { mediaOfFile } from './media-of-file.ts';
import { posterOfFile } from './poster-file.ts';

const PICTURES = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=4'];
const TONE = ['-f', 'lavfi', '-i', 'sine=duration=4'];
const HOURS_101 = 101 * 3600 * 10;

/** Where ffmpeg's muxer writes the numbers of frames; AVI RIFF File Reference. */
const AVIH_FRAMES = 48;
const STRH_LENGTH = 140;

describe('probe of AVI', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-avi-'));
    const output = (name: string) => ['-map', '0:v', join(folder, name)];
    const hevc = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:pools=1'];
    runFfmpeg([
      ...[...PICTURES, ...TONE, '-c:v', 'mpeg4', ...output('plain.avi')],
      ...['-c:v', 'mjpeg', ...output('mjpeg.avi')],
      ...['-vf', 'setsar=4/3', ...hevc, '-tag:v', 'HEVC', ...output('hevc.avi')],
      ...['-c:v', 'mpeg4', '-c:a', 'pcm_s16le', '-map', '1:a', ...output('sound.avi')],
    ]);
  });

  after(() => rmSync(folder, { recursive: true }));

  function edit(name: string, numbers: Readonly<Record<number, number>>, cut = Number.POSITIVE_INFINITY): string {
    const bytes = readFileSync(join(folder, name)).subarray(0, cut);
    for (const [offset, value] of Object.entries(numbers)) bytes.writeUInt32LE(value, Number(offset));
    const path = join(folder, 'edited.avi');
    writeFileSync(path, bytes);
    return path;
  }

  const lengths: Record<string, readonly [Readonly<Record<number, number>>, string]> = {
    'the main header counts no frames': [{ [AVIH_FRAMES]: 0 }, 'header'],
    'the stream header counts no frames': [{ [STRH_LENGTH]: 0 }, 'index'],
    'neither header counts frames': [{ [AVIH_FRAMES]: 0, [STRH_LENGTH]: 0 }, 'index'],
    'the stream header claims 101 hours': [{ [STRH_LENGTH]: HOURS_101 }, 'index'],
    'both headers claim 101 hours': [{ [AVIH_FRAMES]: HOURS_101, [STRH_LENGTH]: HOURS_101 }, 'index'],
    'the stream header claims ten times as many, for which there is room': [{ [STRH_LENGTH]: 400 }, 'index'],
    'the main header alone claims 101 hours': [{ [AVIH_FRAMES]: HOURS_101 }, 'index'],
  };

  for (const [name, [numbers, durationSource]] of Object.entries(lengths)) {
    it(`finds the duration where ${name}`, async () => {
      const { durationSeconds, ...media } = await mediaOfFile(edit('plain.avi', numbers));
      expect({ durationSeconds, source: media.durationSource }).to.deep.equal({
        durationSeconds: 4,
        source: durationSource,
      });
    });
  }

  it('takes what fits of the headers where there is no index', async () => {
    const path = edit('plain.avi', { [STRH_LENGTH]: HOURS_101 }, 20_000);
    const { durationSeconds, durationSource, truncated } = await mediaOfFile(path);
    expect({ durationSeconds, durationSource, truncated }).to.deep.equal({
      durationSeconds: 4,
      durationSource: 'estimate',
      truncated: true,
    });
  });

  it('says of a file that was cut what is left of it', async () => {
    const packets = readFileSync(join(folder, 'plain.avi')).indexOf('movi', 0, 'latin1');
    const packetsBytes = readFileSync(join(folder, 'plain.avi')).readUInt32LE(packets - 4);
    const { durationSeconds, durationSource } = await mediaOfFile(edit('plain.avi', {}, packets + packetsBytes / 4));
    expect(durationSeconds).to.be.closeTo(1, 0.01);
    expect(durationSource).to.equal('estimate');
  });

  it('leaves out audio of a length in another unit', async () => {
    const bytes = readFileSync(join(folder, 'sound.avi'));
    const audioHeader = bytes.indexOf('auds', 0, 'latin1');
    const { durationSeconds } = await mediaOfFile(edit('sound.avi', { [audioHeader + 32]: 44_100 * 3600 }));
    expect(durationSeconds).to.equal(4);
  });

  it('believes the JPEG, not the header, about the size of the picture', async () => {
    const bytes = readFileSync(join(folder, 'mjpeg.avi'));
    const format = bytes.indexOf('strf', 0, 'latin1') + 8;
    const path = edit('mjpeg.avi', { 64: 320, 68: 240, [format + 4]: 320, [format + 8]: 240 });
    const { video } = await mediaOfFile(path);
    expect([video.width, video.height, video.displayWidth]).to.deep.equal([160, 120, 160]);
    const { answer } = await posterOfFile(path);
    expect(answer).to.include({ kind: 'poster', width: 160, height: 120 });
  });

  it('reads the parameter sets of HEVC, which AVI leaves in the first picture', async () => {
    const { video } = await mediaOfFile(join(folder, 'hevc.avi'));
    expect(video).to.include({
      profile: 'Main',
      pixelFormat: 'yuv420p',
      sampleAspectRatio: '4:3',
      displayWidth: 213,
    });
  });
});

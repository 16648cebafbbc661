import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dahuaVideo } from './dahua-video.ts';
import { runFfmpeg } from './ffmpeg-frame.ts';
import { posterOfFile } from './poster-file.ts';
import { probeFile } from './probe-file.ts';

/** An ID3v2.4 tag of so many bytes without a frame in it, as taggers reserve them (ID3v2.4.0, 3.1). */
function id3Tag(bytes: number): Buffer {
  const tag = Buffer.alloc(bytes);
  tag.write('ID3\u0004', 0, 'latin1');
  for (let i = 0; i < 4; i++) tag.writeUInt8(((bytes - 10) >> (7 * (3 - i))) & 0x7f, 6 + i);
  return tag;
}

describe('formats', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-formats-'));
    const output = (name: string, ...args: readonly string[]) => ['-map', '0', ...args, join(folder, name)];
    runFfmpeg([
      ...['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=30000/1001:duration=1'],
      ...output('raw.m1v', '-c:v', 'mpeg1video'),
      ...output('raw.m2v', '-c:v', 'mpeg2video'),
      ...output('raw.m4v', '-c:v', 'mpeg4', '-f', 'm4v'),
      ...output('reordered.m4v', '-c:v', 'mpeg4', '-bf', '2', '-f', 'm4v'),
      ...output('raw.h264', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '8'),
      ...output('key.h264', '-c:v', 'libx264', '-frames:v', '1'),
      ...output('camera.dv', '-c:v', 'dvvideo', '-s', '720x576', '-r', '25', '-t', '0.4'),
      ...output('raw.mjpeg', '-c:v', 'mjpeg', '-f', 'mjpeg'),
      ...output('film.rm', '-c:v', 'rv10', '-s', '176x144'),
      ...output('film.swf', '-c:v', 'flv', '-r', '30'),
      ...output('raw.obu', '-c:v', 'libsvtav1', '-preset', '12', '-frames:v', '2'),
      ...output('film.nut', '-c:v', 'mpeg4'),
      ...output('film.mp4', '-c:v', 'libx264', '-preset', 'ultrafast', '-movflags', 'faststart'),
      ...output('film.avi', '-c:v', 'mpeg4'),
      ...output('film.mkv', '-c:v', 'mpeg4'),
      ...output('film.ts', '-c:v', 'mpeg2video'),
    ]);
    writeFileSync(join(folder, 'camera.dav'), dahuaVideo(read('key.h264'), 10, { width: 160, height: 120 }));
  });

  after(() => rmSync(folder, { recursive: true }));

  function read(name: string): Buffer {
    return readFileSync(join(folder, name));
  }

  async function videoOf(path: string) {
    const { answer } = await probeFile(path);
    if (answer.kind !== 'media') throw new Error(`got ${answer.code}: ${answer.message}`);
    const { container, video, durationSeconds } = answer.media;
    return { container, codec: video.codec, width: video.width, frameRate: video.frameRate, durationSeconds };
  }

  const ntsc = 30000 / 1001;
  const none = { width: 160, durationSeconds: null };
  for (const [name, expected] of Object.entries({
    'raw.m1v': { ...none, container: 'mpegvideo', codec: 'mpeg1video', frameRate: ntsc },
    'raw.m2v': { ...none, container: 'mpegvideo', codec: 'mpeg2video', frameRate: ntsc },
    'raw.m4v': { ...none, container: 'm4v', codec: 'mpeg4', frameRate: ntsc },
    'reordered.m4v': { ...none, container: 'm4v', codec: 'mpeg4', frameRate: ntsc },
    'raw.h264': { ...none, container: 'h264', codec: 'h264', frameRate: ntsc },
    'camera.dav': { ...none, container: 'dhav', codec: 'h264', frameRate: 25 },
    'camera.dv': { container: 'dv', codec: 'dvvideo', width: 720, frameRate: 25, durationSeconds: 0.4 },
  })) {
    it(`describes and shows ${name}`, async () => {
      const path = join(folder, name);
      expect(await videoOf(path)).to.deep.equal(expected);
      expect((await posterOfFile(path)).answer.kind).to.equal('poster');
    });
  }

  it('states the same bit rate of DV on every libav', async () => {
    const { answer } = await probeFile(join(folder, 'camera.dv'));
    expect(answer).to.have.nested.property('media.video.bitRate', 144_000 * 8 * 25);
  });

  for (const name of ['raw.m2v', 'raw.m4v', 'raw.h264']) {
    it(`finds the beginning in a ${name} of which it is missing`, async () => {
      const path = join(folder, `late-${name}`);
      writeFileSync(path, read(name).subarray(2000));
      expect(await videoOf(path)).to.include({ width: 160 });
    });
  }

  for (const name of ['raw.mjpeg', 'film.rm', 'film.swf', 'raw.obu', 'film.nut']) {
    it(`says of ${name} that it is not supported`, async () => {
      const { answer } = await probeFile(join(folder, name));
      expect(answer).to.include({ kind: 'failure', code: 'UNSUPPORTED_FORMAT' });
    });
  }

  for (const name of ['film.mp4', 'film.avi', 'film.mkv', 'film.ts']) {
    it(`says the same of ${name} behind an ID3 tag`, async () => {
      const path = join(folder, `tagged-${name}`);
      for (const tagBytes of [1024, 100_000]) {
        writeFileSync(path, Buffer.concat([id3Tag(tagBytes), read(name)]));
        expect(await videoOf(path)).to.deep.equal(await videoOf(join(folder, name)));
        const { answer } = await posterOfFile(join(folder, name));
        expect((await posterOfFile(path)).answer).to.deep.equal(answer);
      }
    });
  }
});

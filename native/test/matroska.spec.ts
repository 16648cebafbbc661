import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runFfmpeg } from './ffmpeg-frame.ts';
import { attachBeforeInfo, moveTracksAfterClusters, toAnnexB } from './matrix/edits.ts';
import { mediaOfFile } from './media-of-file.ts';
import { posterOfFile } from './poster-file.ts';
import { probeFile } from './probe-file.ts';

const KIB = 1024;
const ATTACHMENT_BYTES = 20 * KIB * KIB;
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-x264-params', 'repeat-headers=1', '-vf', 'setsar=4/3'];

/** The element's id, and that its number has 4 bytes. */
const DEFAULT_DURATION = Buffer.from([0x23, 0xe3, 0x83, 0x84]);

/** Gives the SeekHead an id that no reader knows. */
function withoutSeekHead(bytes: Buffer): Buffer {
  const edited = Buffer.from(bytes);
  edited.writeUInt32BE(0x114d_9b7f, edited.indexOf(Buffer.from([0x11, 0x4d, 0x9b, 0x74])));
  return edited;
}

describe('Matroska', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-matroska-'));
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=4'];
    runFfmpeg([...picture, ...H264, join(folder, 'plain.mkv')]);
  });

  after(() => rmSync(folder, { recursive: true }));

  function edit(change: (bytes: Buffer) => Buffer): string {
    const path = join(folder, 'edited.mkv');
    writeFileSync(path, change(readFileSync(join(folder, 'plain.mkv'))));
    return path;
  }

  it('reaches what lies behind 20 MB of attachments by small reads', async () => {
    const plain = await probeFile(join(folder, 'plain.mkv'));
    const path = edit(bytes => attachBeforeInfo(bytes, ATTACHMENT_BYTES));
    const { answer, requests, bytesRead } = await probeFile(path);
    if (answer.kind !== 'media' || plain.answer.kind !== 'media') throw new Error(`got ${JSON.stringify(answer)}`);
    expect(answer.media.video).to.deep.equal(plain.answer.media.video);
    expect(answer.media.durationSeconds).to.equal(4);
    expect([requests, bytesRead <= 96 * KIB]).to.deep.equal([2, true]);
  });

  it('shows the same picture with and without 20 MB of attachments before it', async () => {
    const plain = await posterOfFile(join(folder, 'plain.mkv'));
    const { answer, reads } = await posterOfFile(edit(bytes => attachBeforeInfo(bytes, ATTACHMENT_BYTES)));
    expect(answer).to.deep.equal(plain.answer);
    expect(reads.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)).to.be.at.most(128 * KIB);
  });

  it('finds Tracks behind the clusters without a SeekHead', async () => {
    const plain = await mediaOfFile(join(folder, 'plain.mkv'));
    const media = await mediaOfFile(edit(bytes => withoutSeekHead(moveTracksAfterClusters(bytes))));
    expect(media.video).to.deep.equal(plain.video);
    expect(media.durationSeconds).to.equal(4);
  });

  for (const [what, rate] of [
    ['is so high that it must be the unit of a clock', 600],
    ['is that of fields', 20],
    ['the times of the frames contradict', 3],
  ] as const) {
    it(`measures the frame rate where the one that is stated ${what}`, async () => {
      const path = edit(bytes => {
        const edited = Buffer.from(bytes);
        edited.writeUInt32BE(Math.round(1e9 / rate), edited.indexOf(DEFAULT_DURATION) + DEFAULT_DURATION.length);
        return edited;
      });
      expect((await mediaOfFile(path)).video.frameRate).to.equal(10);
    });
  }

  describe('without a stated duration', () => {
    const live = (...options: string[]) => {
      const path = join(folder, 'live.mkv');
      runFfmpeg(['-i', join(folder, 'plain.mkv'), '-c', 'copy', ...options, '-live', '1', path]);
      return path;
    };
    const durationOf = async (path: string) => {
      const { durationSeconds, durationSource } = await mediaOfFile(path);
      return [durationSeconds, durationSource];
    };

    it('ends with the last block', async () => {
      expect(await durationOf(live())).to.deep.equal([4, 'estimate']);
    });

    it('counts from where the clock of the file begins', async () => {
      expect(await durationOf(live('-output_ts_offset', '18000'))).to.deep.equal([4, 'estimate']);
    });

    for (const [what, change, seconds] of [
      ['megabytes of zeros follow', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(5_000_000)]), 4],
      ['the last block is cut', (bytes: Buffer) => bytes.subarray(0, -100), 3.9],
    ] as const) {
      it(`ends with the last whole block where ${what}`, async () => {
        const path = live();
        writeFileSync(path, change(readFileSync(path)));
        expect(await durationOf(path)).to.deep.equal([seconds, 'estimate']);
      });
    }

    it('lasts as long as its longest track, whatever the sizes of its clusters', async () => {
      const path = join(folder, 'sound.webm');
      const [picture, sound] = ['testsrc2=size=160x120:rate=10:duration=4', 'sine=duration=4.5'];
      const codecs = ['-c:v', 'libvpx', '-c:a', 'libopus', '-cluster_time_limit', '700'];
      runFfmpeg(['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound, ...codecs, '-live', '1', path]);
      const { durationSeconds } = await mediaOfFile(path);
      expect(durationSeconds).to.be.within(4.48, 4.54);
    });
  });

  it('counts the duration from where the clock of the file begins', async () => {
    const path = join(folder, 'late.mkv');
    runFfmpeg(['-i', join(folder, 'plain.mkv'), '-c', 'copy', '-output_ts_offset', '18000', path]);
    expect((await mediaOfFile(path)).durationSeconds).to.equal(4);
  });

  it('reads the parameter sets of H.264 that stand before the first picture alone', async () => {
    const path = edit(toAnnexB);
    const { answer } = await probeFile(path);
    if (answer.kind !== 'media') throw new Error(`got ${JSON.stringify(answer)}`);
    const stated = { codec: 'h264', width: 160, height: 120, sampleAspectRatio: '4:3', displayWidth: 213 };
    expect(answer.media.video).to.include({ ...stated, profile: 'Constrained Baseline', pixelFormat: 'yuv420p' });
    expect((await posterOfFile(path)).answer).to.include({ kind: 'poster', width: 213, height: 120 });
  });
});

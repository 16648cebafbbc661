import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runFfmpeg } from '../test/ffmpeg-frame.ts';
import { boxesIn, bytesOf, mp4Box } from '../test/mp4-boxes.ts';
import { posterOfFile } from '../test/poster-file.ts';
import { probeBytes } from '../test/probe-bytes.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('the ranges that are read of an MP4', () => {
  let folder: string;
  let clip: Buffer;
  let beforeMoov: Buffer;
  let moov: Buffer;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-ranges-'));
    const path = join(folder, 'clip.mp4');
    const pattern = ['-f', 'lavfi', '-i', 'testsrc2=size=96x64:rate=10:duration=1,format=yuv420p'];
    runFfmpeg(['-nostdin', ...pattern, '-c:v', 'libx264', '-x264-params', 'repeat-headers=1', path]);
    clip = readFileSync(path);
    const last = boxesIn(clip).at(-1) ?? expect.fail('no box');
    expect(last.type).to.equal('moov');
    beforeMoov = clip.subarray(0, last.begin);
    moov = clip.subarray(last.begin);
  });

  after(() => rmSync(folder, { recursive: true }));

  async function posterReadsOf(bytes: Uint8Array) {
    const path = join(folder, 'edited.mp4');
    writeFileSync(path, bytes);
    const { answer, reads } = await posterOfFile(path);
    expect(answer.kind).to.equal('poster');
    return reads;
  }

  describe('with forty boxes of media before moov', () => {
    const manyMedia = (type: string) => {
      const edited = Buffer.from(moov);
      edited.write(type, edited.indexOf('avc1', 0, 'latin1'), 'latin1');
      return bytesOf(beforeMoov, ...Array(40).fill(mp4Box('mdat', Buffer.alloc(60_000))), edited);
    };

    for (const type of ['avc1', 'avc3']) {
      it(`lead to moov at the end: ${type}`, async () => {
        const { media, requests, bytesRead } = await probeBytes(manyMedia(type));
        expect(media.video).to.include({ codec: 'h264', width: 96, pixelFormat: 'yuv420p' });
        expect(media).to.include({ durationSeconds: 1, moovAtEnd: true, truncated: false });
        expect(requests).to.be.at.most(3);
        expect(bytesRead).to.be.at.most(160 * KIB);
        const reads = await posterReadsOf(manyMedia(type));
        expect(reads).to.have.length.at.most(3);
      });
    }

    it('lead through them to a moov that is longer than the searched end', async () => {
      const padding = mp4Box('free', Buffer.alloc(700 * KIB));
      const long = bytesOf(moov.length + padding.length, moov.subarray(4), padding);
      const media = Array(40).fill(mp4Box('mdat', Buffer.alloc(60_000)));
      const { media: found, requests } = await probeBytes(bytesOf(beforeMoov, ...media, long));
      expect(found.durationSeconds).to.equal(1);
      expect(requests).to.be.at.most(10);
    });

    it('lead there if boxes follow moov too', async () => {
      const { media, requests } = await probeBytes(bytesOf(manyMedia('avc1'), mp4Box('free', Buffer.alloc(1000))));
      expect(media.durationSeconds).to.equal(1);
      expect(requests).to.be.at.most(3);
    });
  });

  it('show that it is cut where the last samples should begin, in a box of media that is not read', async () => {
    const path = join(folder, 'faststart.mp4');
    runFfmpeg(['-nostdin', '-i', join(folder, 'clip.mp4'), '-c', 'copy', '-movflags', 'faststart', path]);
    const bytes = readFileSync(path);
    const media = boxesIn(bytes).find(({ type }) => type === 'mdat') ?? expect.fail('no mdat');
    const chunks = bytes.indexOf('stco', 0, 'latin1') + 8;
    const secondBox = media.end;
    // The last chunk lies in another box behind, which is missing but for its beginning.
    bytes.writeUInt32BE(secondBox + 100_000, chunks + 4 * bytes.readUInt32BE(chunks));
    const cut = bytesOf(bytes, mp4Box('mdat', Buffer.alloc(40_000)));
    expect((await probeBytes(cut)).media.truncated).to.equal(true);
    const whole = bytesOf(cut, mp4Box('mdat', Buffer.alloc(100_000)));
    expect((await probeBytes(whole)).media.truncated).to.equal(false);
  });

  it('are few for a moov of twelve megabytes', async () => {
    const padding = mp4Box('free', Buffer.alloc(12 * MIB));
    const large = bytesOf(moov.length + padding.length, moov.subarray(4), padding);
    const bytes = bytesOf(beforeMoov, large);
    expect((await probeBytes(bytes)).requests).to.be.at.most(5);
    expect(await posterReadsOf(bytes)).to.have.length.at.most(5);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runFfmpeg } from '../test/ffmpeg-frame.ts';
import { bytesOf, findBoxes, mp4Box, mp4File, mp4Track, replaceBox } from '../test/mp4-boxes.ts';
import { posterOfFile } from '../test/poster-file.ts';
import { type MemoryProbe, probeBytes } from '../test/probe-bytes.ts';

const WIDTH_IN_ENTRY = 24;
const TRACK_SIZE_OFFSET = 76;
const MAX_REQUESTS = 2;

/** A sample description's first entry comes after version, flags and their number. */
const FIRST_ENTRY = 8;

describe('probe of the tracks of an MP4', () => {
  let folder: string;

  function make(name: string, args: readonly string[]): Buffer {
    const path = join(folder, name);
    runFfmpeg(['-nostdin', ...args, path]);
    return readFileSync(path);
  }

  const pattern = (aspect: string) => [
    ...['-f', 'lavfi', '-i', `testsrc2=size=160x120:rate=10:duration=2,setsar=${aspect},format=yuv420p`],
  ];
  const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-movflags', 'faststart'];
  const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-movflags', 'faststart'];
  const SETS_IN_BAND = 'repeat-headers=1';
  let h264: Buffer;
  let hevc: Buffer;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-tracks-'));
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=2:sample_rate=32000'];
    h264 = make('h264.mp4', [...pattern('1'), ...sound, ...X264, '-x264-params', SETS_IN_BAND, '-c:a', 'aac']);
    const params = `${SETS_IN_BAND}:log-level=none:pools=1`;
    hevc = make('hevc.mp4', [...pattern('4/3'), ...X265, '-x265-params', params, '-tag:v', 'hev1']);
  });

  after(() => rmSync(folder, { recursive: true }));

  async function posterSizeOf(bytes: Uint8Array): Promise<string> {
    const path = join(folder, 'edited.mp4');
    writeFileSync(path, bytes);
    const { answer } = await posterOfFile(path);
    return answer.kind === 'poster' ? `${answer.width}x${answer.height}` : answer.code;
  }

  function sizeIn({ media: { video } }: MemoryProbe): object {
    const { width, height, displayWidth, displayHeight, sampleAspectRatio } = video;
    return { coded: `${width}x${height}`, shown: `${displayWidth}x${displayHeight}`, sampleAspectRatio };
  }

  /** Changes the first sample entry of a video. */
  function withEntry(bytes: Buffer, edit: (edited: Buffer, body: number) => void): Buffer {
    const edited = Buffer.from(bytes);
    const [description] = findBoxes(edited, 'moov/trak/mdia/minf/stbl/stsd');
    edit(edited, (description?.body ?? 0) + FIRST_ENTRY + 8);
    return edited;
  }

  function withCodec(bytes: Buffer, type: string): Buffer {
    return withEntry(bytes, (edited, body) => edited.write(type, body - 4, 'latin1'));
  }

  function withSize(bytes: Buffer, width: number, height: number): Buffer {
    return withEntry(bytes, (edited, body) => {
      edited.writeUInt16BE(width, body + WIDTH_IN_ENTRY);
      edited.writeUInt16BE(height, body + WIDTH_IN_ENTRY + 2);
    });
  }

  function withTrackSize(bytes: Buffer, width: number, height: number): Buffer {
    const edited = Buffer.from(bytes);
    const [header] = findBoxes(edited, 'moov/trak/tkhd');
    edited.writeUInt32BE(width << 16, (header?.body ?? 0) + TRACK_SIZE_OFFSET);
    edited.writeUInt32BE(height << 16, (header?.body ?? 0) + TRACK_SIZE_OFFSET + 4);
    return edited;
  }

  /** Takes the number of parameter sets, or of arrays of them, from a configuration (`avcC`, `hvcC`). */
  function withoutSets(bytes: Buffer): Buffer {
    const edited = Buffer.from(bytes);
    const avcc = edited.indexOf('avcC', 0, 'latin1') + 4;
    const hvcc = edited.indexOf('hvcC', 0, 'latin1') + 4;
    if (avcc >= 4) edited.set([0xe0, 0], avcc + 5);
    if (hvcc >= 4) edited[hvcc + 22] = 0;
    return edited;
  }

  describe('takes the size from the parameter sets', () => {
    const square = { coded: '160x120', shown: '160x120', sampleAspectRatio: '1:1' };

    const edits: [string, (bytes: Buffer) => Buffer][] = [
      ['the sample entry states none', bytes => withSize(bytes, 0, 0)],
      ['the sample entry states whole macroblocks', bytes => withSize(bytes, 160, 128)],
      ['sample entry and track state whole macroblocks', bytes => withTrackSize(withSize(bytes, 160, 128), 160, 128)],
      ['sample entry and track state another one', bytes => withTrackSize(withSize(bytes, 640, 480), 640, 480)],
    ];
    for (const [what, edit] of edits) {
      it(`if ${what}, as its poster does`, async () => {
        expect(sizeIn(await probeBytes(edit(h264)))).to.deep.equal(square);
        expect(await posterSizeOf(edit(h264))).to.equal('160x120');
      });
    }

    it('of MPEG-4 Visual too', async () => {
      const mpeg4 = make('mpeg4.mp4', [...pattern('1'), '-c:v', 'mpeg4']);
      for (const [width, height] of [
        [0, 0],
        [160, 128],
      ] as const) {
        const edited = withTrackSize(withSize(mpeg4, width, height), width, height);
        expect(sizeIn(await probeBytes(edited))).to.include({ coded: '160x120', shown: '160x120' });
        expect(await posterSizeOf(edited)).to.equal('160x120');
      }
    });

    it('of HEVC too', async () => {
      for (const [width, height] of [
        [0, 0],
        [176, 144],
      ] as const) {
        const edited = withCodec(withSize(hevc, width, height), 'hvc1');
        expect(sizeIn(await probeBytes(edited))).to.include({ coded: '160x120', shown: '213x120' });
        expect(await posterSizeOf(edited)).to.equal('213x120');
      }
    });

    it('unless the container cuts more off within a macroblock, as decoders do', async () => {
      const edited = withTrackSize(withSize(h264, 160, 118), 160, 118);
      expect(sizeIn(await probeBytes(edited))).to.include({ coded: '160x118' });
      expect(await posterSizeOf(edited)).to.equal('160x118');
    });
  });

  describe('reads parameter sets that stand in the first sample', () => {
    it('of HEVC, without pixel aspect in the container: hev1', async () => {
      const edited = withoutSets(hevc);
      edited.write('free', edited.indexOf('pasp', 0, 'latin1'), 'latin1');
      const probe = await probeBytes(edited);
      expect(probe.media.video).to.include({ profile: 'Main', pixelFormat: 'yuv420p', sampleAspectRatio: '4:3' });
      expect(sizeIn(probe)).to.include({ coded: '160x120', shown: '213x120' });
    });

    it('of H.264: avc3, and avc1 without any in its configuration', async () => {
      for (const type of ['avc3', 'avc1']) {
        const { media } = await probeBytes(withCodec(withoutSets(h264), type));
        expect(media.video, type).to.include({ profile: 'Constrained Baseline', pixelFormat: 'yuv420p' });
      }
    });

    it('which are divided by start codes in place of lengths', async () => {
      for (const clip of [h264, hevc]) {
        const edited = withoutSets(withSize(clip, 0, 0));
        const [chunks] = findBoxes(edited, 'moov/trak/mdia/minf/stbl/stco');
        const firstSample = edited.readUInt32BE((chunks?.body ?? 0) + 8);
        // It begins with the parameter sets.
        for (let at = firstSample, unit = 0; unit < 3; unit++) {
          const length = edited.readUInt32BE(at);
          edited.writeUInt32BE(1, at);
          at += 4 + length;
        }
        const { media: found } = await probeBytes(edited);
        expect(found.video).to.include({ width: 160, height: 120, pixelFormat: 'yuv420p' });
      }
    });
  });

  describe('chooses the film', () => {
    it('where the first video track has no samples, and counts both', async () => {
      const path = join(folder, 'h264.mp4');
      const edited = make('two.mp4', ['-i', path, '-i', path, '-map', '0:v', '-map', '1:v', '-c', 'copy']);
      const [tables] = findBoxes(edited, 'moov/trak/mdia/minf/stbl');
      for (const [type, countOffset] of [
        ['stts', 4],
        ['stsc', 4],
        ['stsz', 8],
        ['stco', 4],
        ['stss', 4],
      ] as const) {
        const at = edited.indexOf(type, tables?.body ?? 0, 'latin1') + 4 + countOffset;
        edited.writeUInt32BE(0, at);
      }
      const { media } = await probeBytes(withSize(edited, 64, 48));
      expect(media.video).to.include({ codec: 'h264', width: 160, frameRate: 10 });
      expect(media).to.include({ videoStreams: 2, durationSeconds: 2 });
      expect(await posterSizeOf(edited)).to.equal('160x120');
    });

    it('where the first video track is a thumbnail', async () => {
      make('thumbnail.jpg', [...pattern('1'), '-frames:v', '1', '-s', '64x48']);
      const inputs = ['-i', join(folder, 'thumbnail.jpg'), '-i', join(folder, 'h264.mp4')];
      for (const args of [[], ['-movflags', 'empty_moov+default_base_moof+frag_keyframe']]) {
        const bytes = make('thumbnail.mp4', [...inputs, '-map', '0', '-map', '1:v', '-c', 'copy', ...args]);
        const { media } = await probeBytes(bytes);
        expect(media.video).to.include({ codec: 'h264', width: 160, frameRate: 10 });
        expect(media.videoStreams).to.equal(2);
        expect(await posterSizeOf(bytes)).to.equal('160x120');
      }
    });
  });

  for (const type of ['dav1', 'vvc1', 'drmi', 'zzzz']) {
    it(`tells size, duration and the code of ${type}, which cannot be decoded, in ${MAX_REQUESTS} requests`, async () => {
      const edited = withCodec(h264, type);
      const { media, requests } = await probeBytes(edited);
      expect(media.video).to.include({ codec: type, width: 160, height: 120, frameRate: 10 });
      expect(media).to.include({ durationSeconds: 2, videoStreams: 1 });
      expect(requests).to.be.at.most(MAX_REQUESTS);
      expect(await posterSizeOf(edited)).to.equal('UNSUPPORTED_FORMAT');
      const { media: shown } = await probeBytes(withSize(edited, 0, 0));
      expect(shown.video).to.include({ width: 160, height: 120 });
    });
  }

  it('tells the frame rate of nearly all pictures, though one is late', async () => {
    const bytes = mp4File(mp4Track({ samples: 50 }));
    for (const [late, frameRate] of [
      [1, 25],
      [25, 12_800 / 2256],
    ] as const) {
      const times = mp4Box('stts', 0, 2, late, 4000, 50 - late, 512);
      const { media } = await probeBytes(replaceBox(bytes, 'moov/trak/mdia/minf/stbl/stts', times));
      expect(media.video.frameRate).to.be.closeTo(frameRate, 0.001);
    }
  });

  it('tells no frame rate of zero where the header has no units of time', async () => {
    const bytes = mp4File(mp4Track({ samples: 50 }));
    const [header] = findBoxes(bytes, 'moov/trak/mdia/mdhd');
    bytes.writeUInt32BE(0, (header?.body ?? 0) + 12);
    expect((await probeBytes(bytes)).media.video.frameRate).to.satisfy(
      (rate: number | null) => rate === null || rate > 0,
    );
  });

  it('tells the four-character code of an audio codec that is not known', async () => {
    const edited = Buffer.from(h264);
    edited.write('zzzz', edited.indexOf('mp4a', 0, 'latin1'), 'latin1');
    edited.write('free', edited.indexOf('esds', 0, 'latin1'), 'latin1');
    expect((await probeBytes(edited)).media.audio).to.include({ codec: 'zzzz', sampleRate: 32_000 });
  });

  it('names the container by its file type, behind other boxes too', async () => {
    for (const front of ['skip', 'free', 'wide']) {
      expect((await probeBytes(bytesOf(mp4Box(front, Buffer.alloc(20)), h264))).media.container, front).to.equal('mp4');
    }
  });
});

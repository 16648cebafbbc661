import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runFfmpeg } from '../test/ffmpeg-frame.ts';
import { boxesIn, bytesOf, findBoxes, mp4Box, mp4Track, replaceBox } from '../test/mp4-boxes.ts';
import { probeBytes } from '../test/probe-bytes.ts';
import { probe } from './probe.ts';

const KIB = 1024;
/** Version 1 of tfdt has 64 bits. */
const TFDT_TIME_OFFSET = 4;

/** Ten pictures a second: one quiet second, then noise that nothing can be predicted in. */
const UNEVEN =
  'color=gray:size=96x64:rate=10:duration=1,format=yuv420p[a];' +
  'nullsrc=size=96x64:rate=10:duration=6,geq=random(1)*255:128:128,format=yuv420p[b];[a][b]concat=n=2[v]';
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', '-keyint_min', '10', '-bf', '0'];

function movflags(...flags: readonly string[]): string[] {
  return ['-movflags', ['empty_moov', 'default_base_moof', ...flags].join('+')];
}

describe('probe of a fragmented MP4', () => {
  const clips = new Map<string, Buffer>();

  before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-fragments-'));
    try {
      const output = (name: string, args: readonly string[]) => ['-map', '[v]', ...X264, ...args, join(folder, name)];
      const whole = join(folder, 'whole.mp4');
      runFfmpeg(['-nostdin', '-filter_complex', UNEVEN, ...output('whole.mp4', ['-qp', '24'])]);
      const copies: Record<string, string[]> = {
        'plain.mp4': ['-map', '0', '-c', 'copy', ...movflags('frag_keyframe', 'skip_trailer')],
        'indexed.mp4': ['-map', '0', '-c', 'copy', ...movflags('frag_keyframe')],
        'segments.mp4': ['-map', '0', '-c', 'copy', ...movflags('frag_keyframe', 'dash', 'skip_trailer')],
        'two-fragments.mp4': ['-map', '0', '-c', 'copy', ...movflags('skip_trailer'), '-frag_duration', '3500000'],
        'with-sound.mp4': ['-map', '0', '-map', '1', '-c:v', 'copy', ...movflags('frag_keyframe', 'skip_trailer')],
      };
      const sound = ['-f', 'lavfi', '-i', 'sine=duration=9:sample_rate=8000'];
      const outputs = Object.entries(copies).flatMap(([name, args]) => [...args, join(folder, name)]);
      runFfmpeg(['-nostdin', '-i', whole, ...sound, ...outputs]);
      const reordered = ['-bf', '2', ...movflags('frag_keyframe')];
      runFfmpeg(['-nostdin', '-filter_complex', UNEVEN, ...output('reordered.mp4', reordered)]);
      clips.set('reordered.mp4', readFileSync(join(folder, 'reordered.mp4')));
      for (const name of Object.keys(copies)) clips.set(name, readFileSync(join(folder, name)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  function clip(name: string): Buffer {
    return clips.get(name) ?? expect.fail(`${name} was not made`);
  }

  async function factsOf(bytes: Uint8Array): Promise<object> {
    const { media } = await probeBytes(bytes);
    return { seconds: media.durationSeconds, source: media.durationSource, truncated: media.truncated };
  }

  const whole = { seconds: 7, source: 'index', truncated: false };

  it('lasts as long as all joined segments, each with an index of its own', async () => {
    const bytes = clip('segments.mp4');
    expect(boxesIn(bytes).filter(({ type }) => type === 'sidx')).to.have.length(7);
    expect(await factsOf(bytes)).to.deep.equal(whole);
  });

  it('is read though its index leads to other indexes, or has no units of time', async () => {
    const bytes = clip('segments.mp4');
    const { begin } = boxesIn(bytes).find(({ type }) => type === 'sidx') ?? expect.fail('no sidx');
    const leadsToIndexes = 0x8000_0000;
    for (const [timescale, reference] of [
      [1000, leadsToIndexes],
      [0, 0],
    ] as const) {
      const size = reference + bytes.length - begin;
      const index = mp4Box('sidx', 0, 1, timescale, 0, 0, 1, size, 7000, 0x9000_0000);
      const edited = bytesOf(bytes.subarray(0, begin), index, bytes.subarray(begin));
      expect(await factsOf(edited)).to.deep.equal(whole);
    }
  });

  it('lasts longer than the sound that its index is of', async () => {
    const bytes = clip('with-sound.mp4');
    const { begin } = boxesIn(bytes).find(({ type }) => type === 'moof') ?? expect.fail('no moof');
    const index = (trackId: number) => mp4Box('sidx', 0, trackId, 1000, 0, 0, 1, bytes.length - begin, 2000, 0);
    const secondsBy = async (trackId: number) => {
      const edited = bytesOf(bytes.subarray(0, begin), index(trackId), bytes.subarray(begin));
      return (await probeBytes(edited)).media.durationSeconds;
    };
    expect(await secondsBy(1)).to.equal(2);
    expect(await secondsBy(2)).to.be.closeTo(9, 0.15);
  });

  it('lasts until the end of its last fragment, which no random access index leads to', async () => {
    expect(await factsOf(clip('plain.mp4'))).to.deep.equal(whole);
  });

  it('lasts on after the last fragment that its random access index lists', async () => {
    const edited = Buffer.from(clip('indexed.mp4'));
    const [access] = findBoxes(edited, 'mfra/tfra');
    const countOffset = (access?.body ?? 0) + 12;
    expect(edited.readUInt32BE(countOffset)).to.equal(7);
    for (const listed of [7, 6, 3]) {
      edited.writeUInt32BE(listed, countOffset);
      expect(await factsOf(edited), `${listed} listed`).to.deep.equal(whole);
    }
  });

  it('has no duration where neither its size nor its header is known', async () => {
    const bytes = clip('plain.mp4');
    const answer = await probe({ ranges: [{ offset: 0, bytes: bytes.subarray(0, 32 * KIB) }], sizeBytes: null });
    if (answer.kind !== 'media') return expect.fail(answer.kind);
    expect(answer.media.durationSeconds).to.equal(null);
  });

  it('is searched from its end for a last fragment that is longer than the first tail', async () => {
    const bytes = clip('two-fragments.mp4');
    const { begin } = boxesIn(bytes).findLast(({ type }) => type === 'moof') ?? expect.fail('no moof');
    expect(bytes.length - begin).to.be.greaterThan(64 * KIB);
    expect(await factsOf(bytes)).to.deep.equal(whole);
  });

  it('lasts as long as its longest track', async () => {
    const { media } = await probeBytes(clip('with-sound.mp4'));
    expect(media.durationSeconds).to.be.closeTo(9, 0.15);
  });

  for (const [what, lack] of [
    ['the end of the media', 1000],
    ['all of the last media but its header', -12],
  ] as const) {
    it(`is cut short where ${what} of the last fragment is missing, and lasts as long as its headers say`, async () => {
      const bytes = clip('plain.mp4');
      const media = boxesIn(bytes).findLast(({ type }) => type === 'mdat') ?? expect.fail('no mdat');
      const end = lack > 0 ? media.end - lack : media.begin - lack;
      expect(await factsOf(bytes.subarray(0, end))).to.deep.equal({ ...whole, truncated: true });
    });
  }

  it('lasts as long as what comes before a last fragment whose header is cut', async () => {
    const bytes = clip('plain.mp4');
    const { begin } = boxesIn(bytes).findLast(({ type }) => type === 'moof') ?? expect.fail('no moof');
    expect(await factsOf(bytes.subarray(0, begin + 50))).to.deep.equal({ ...whole, seconds: 6, truncated: true });
    expect(await factsOf(bytes.subarray(0, begin + 5))).to.deep.equal({ ...whole, seconds: 6, truncated: true });
  });

  it('ends before the zeros of a file that was allocated in advance', async () => {
    for (const zeros of [10, 40 * KIB, 300 * KIB, 3000 * KIB, 9000 * KIB]) {
      expect(await factsOf(bytesOf(clip('plain.mp4'), Buffer.alloc(zeros))), `${zeros} zeros`).to.deep.equal(whole);
    }
  });

  it('ends before megabytes of zeros, which are not read', async () => {
    const bytes = bytesOf(
      manyFragments(100, index => 2 * index),
      Buffer.alloc(20 * 1024 * KIB),
    );
    const { media, requests, bytesRead } = await probeBytes(bytes);
    expect([media.durationSeconds, media.durationSource]).to.deep.equal([200, 'index']);
    expect(requests).to.be.at.most(16);
    expect(bytesRead).to.be.at.most(1024 * KIB);
  });

  it('has the frame rate of nearly all its pictures, though one lasts until the sound goes on', async () => {
    const bytes = manyFragments(3, index => 2 * index);
    const frameRateOf = async (longPictures: number) => {
      const durations = Array.from({ length: 50 }, (_, index) => (index < longPictures ? 2000 : 512));
      const edited = replaceBox(bytes, 'moof/traf/trun', mp4Box('trun', 0x100, 50, ...durations));
      return (await probeBytes(edited)).media.video.frameRate;
    };
    expect(await frameRateOf(0)).to.equal(25);
    expect(await frameRateOf(1)).to.equal(25);
    expect(await frameRateOf(25)).to.be.closeTo(12_800 / 1256, 0.001);
  });

  it('is cut where the header states the whole duration and its index lists more than there is', async () => {
    const bytes = withWholeDuration(clip('segments.mp4'), 7);
    const media = boxesIn(bytes).find(({ type }) => type === 'mdat') ?? expect.fail('no mdat');
    const cut = bytes.subarray(0, media.end - 10);
    expect(await factsOf(cut)).to.deep.equal({ seconds: 7, source: 'header', truncated: true });
    expect(await factsOf(bytes)).to.deep.equal({ seconds: 7, source: 'header', truncated: false });
  });

  describe('whose fragments do not state their times', () => {
    const withoutTimes = (bytes: Buffer) => {
      const edited = Buffer.from(bytes);
      for (const { begin } of findBoxes(edited, 'moof/traf/tfdt')) edited.write('free', begin + 4, 'latin1');
      return edited;
    };

    it('lasts as long as all of them together', async () => {
      for (const name of ['plain.mp4', 'two-fragments.mp4', 'segments.mp4']) {
        expect(await factsOf(withoutTimes(clip(name))), name).to.deep.equal(whole);
      }
    });

    it('lasts until the time that its random access index states', async () => {
      expect(await factsOf(withoutTimes(clip('indexed.mp4')))).to.deep.equal(whole);
    });

    it('does not count the delay of reordered pictures twice', async () => {
      const withDelay = clip('reordered.mp4');
      expect(await factsOf(withDelay)).to.deep.equal(whole);
      expect(await factsOf(withoutTimes(withDelay))).to.deep.equal(whole);
    });

    it('is estimated by their numbers, within the limits of a probe, where they are many', async () => {
      const bytes = manyFragments(400);
      const { media, requests, bytesRead } = await probeBytes(bytes);
      expect(media.durationSource).to.equal('estimate');
      expect(media.durationSeconds).to.be.closeTo(800, 1);
      expect(requests).to.be.at.most(16);
      expect(bytesRead).to.be.at.most(2 ** 21);
    });
  });

  it('lasts from its first picture on where its clock did not begin at zero', async () => {
    const edited = Buffer.from(clip('plain.mp4'));
    const tenHours = 10 * 3600 * timescaleOf(edited);
    for (const { body } of findBoxes(edited, 'moof/traf/tfdt')) {
      const time = edited.readBigUInt64BE(body + TFDT_TIME_OFFSET);
      edited.writeBigUInt64BE(time + BigInt(tenHours), body + TFDT_TIME_OFFSET);
    }
    expect(await factsOf(edited)).to.deep.equal(whole);
  });

  it('lasts as long as two recordings that were joined, whose clocks begin anew', async () => {
    const bytes = clip('plain.mp4');
    const first = findBoxes(bytes, 'moof')[0] ?? expect.fail('no moof');
    const few = bytes.subarray(0, findBoxes(bytes, 'moof')[2]?.begin);
    expect(await factsOf(bytesOf(few, few.subarray(first.begin)))).to.deep.equal({ ...whole, seconds: 4 });
  });

  /** Puts a movie extends header (mehd) into moov. */
  function withWholeDuration(bytes: Buffer, seconds: number): Buffer {
    const [movieHeader] = findBoxes(bytes, 'moov/mvhd');
    const header = mp4Box('mehd', 0, seconds * bytes.readUInt32BE((movieHeader?.body ?? 0) + 12));
    const [extension] = findBoxes(bytes, 'moov/mvex');
    if (extension === undefined) return expect.fail('no mvex');
    return replaceBox(bytes, 'moov/mvex', mp4Box('mvex', header, bytes.subarray(extension.body, extension.end)));
  }

  function timescaleOf(bytes: Buffer): number {
    const [header] = findBoxes(bytes, 'moov/trak/mdia/mdhd');
    return bytes.readUInt32BE((header?.body ?? 0) + 12);
  }

  /** Fragments of two seconds, some small and some large, that begin at those seconds, or don't say when. */
  function manyFragments(count: number, beginOf?: (index: number) => number): Buffer {
    const trackId = 1;
    const unitsPerSecond = 12_800;
    const fragments = Array.from({ length: count }, (_, index) => {
      // Duration and size of all samples stand in the header, the run says how many follow and from where on.
      const header = mp4Box('tfhd', 0x18, trackId, (2 * unitsPerSecond) / 50, 20);
      const run = mp4Box('trun', 0x01, 50, 100);
      const time = beginOf === undefined ? '' : mp4Box('tfdt', 0, beginOf(index) * unitsPerSecond);
      const moof = mp4Box('moof', mp4Box('mfhd', 0, index + 1), mp4Box('traf', header, time, run));
      return bytesOf(moof, mp4Box('mdat', Buffer.alloc(index % 3 === 0 ? 3000 : 150_000, 0x55)));
    });
    const defaults = mp4Box('mvex', mp4Box('trex', 0, trackId, 1, 0, 0, 0));
    const movie = mp4Box('mvhd', 0, 0, 0, 1000, 0, Buffer.alloc(80));
    const moov = mp4Box('moov', movie, mp4Track({ samples: 0, samplesPerChunk: 1 }), defaults);
    return bytesOf(mp4Box('ftyp', 'isom', 512, 'isom'), moov, ...fragments);
  }
});

import { readFileSync, writeFileSync } from 'node:fs';
import { collectGarbage, shortestRunMs } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { ebmlElement } from '../test/ebml-elements.ts';
import { bytesOf, type Mp4TrackClaims, mp4Box, mp4File, mp4Track } from '../test/mp4-boxes.ts';
import { readSample } from '../test/samples.ts';
import { probe } from './probe.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import type { ByteRange, ProbeOptions } from './probe-input.ts';

function probeWhole(bytes: Uint8Array, options?: ProbeOptions, sizeBytes = bytes.length): Promise<ProbeAnswer> {
  return probe({ ranges: [{ offset: 0, bytes }], sizeBytes }, options);
}

/** Most memory that was resident while it ran, over what was before. */
async function peakGrowthMiB(work: () => Promise<void>): Promise<number> {
  const peakMiB = () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  // What earlier tests left would go while this one is measured.
  collectGarbage('major');
  // Linux: forget the peak of earlier tests.
  writeFileSync('/proc/self/clear_refs', '5');
  const before = peakMiB();
  await work();
  return peakMiB() - before;
}

const MPEG_TS_PACKET_BYTES = 188;

/** For tables of millions of samples, which take most of a second where nothing else runs. */
const PATIENT: ProbeOptions = { timeoutMs: 60_000 };

/** The tables of a sample transport stream, then nothing but stuffing: the size of the picture never comes. */
function endlessTransportStream(): (offset: number, lengthBytes: number) => Uint8Array {
  const sample = readSample('mpeg-ts.ts');
  const tables = sample.subarray(0, 3 * MPEG_TS_PACKET_BYTES);
  const stuffing = Buffer.concat([Buffer.from([0x47, 0x1f, 0xff, 0x10]), Buffer.alloc(MPEG_TS_PACKET_BYTES - 4, 0xff)]);
  return (offset, lengthBytes) =>
    Uint8Array.from({ length: lengthBytes }, (_, i) => {
      const at = offset + i;
      return (at < tables.length ? tables[at] : stuffing[at % MPEG_TS_PACKET_BYTES]) ?? 0;
    });
}

describe('limits of a probe', () => {
  it('streams: refuses a header of more than maxStreams, 100 when not said', async () => {
    const tracks = (count: number) => mp4File(...Array.from({ length: count }, () => mp4Track({ samples: 5 })));
    expect(await probeWhole(tracks(100))).to.include({ kind: 'media' });
    expect(await probeWhole(tracks(101))).to.include({ kind: 'failure', code: 'CORRUPT_HEADER' });
    expect(await probeWhole(tracks(101), { maxStreams: 101 })).to.include({ kind: 'media' });
    for (const file of ['avi-mpeg4.avi', 'matroska.mkv']) {
      const answer = await probeWhole(readSample(file), { maxStreams: 1 });
      expect(answer, file).to.include({ kind: 'failure', code: 'CORRUPT_HEADER' });
    }
  });

  it('packets: reads no more than maxPackets of them', async () => {
    const durationWith = async (options: ProbeOptions) => {
      const answer = await probeWhole(readSample('mpeg-ts.ts'), options);
      return answer.kind === 'media' ? (answer.media.durationSeconds ?? 0) : 0;
    };
    // The last timestamp lies after the first packet of the tail.
    const whole = await durationWith({});
    const short = await durationWith({ maxPackets: 1 });
    expect(whole - short).to.be.greaterThan(0.2);
  });

  for (const probeSizeBytes of [64 * 1024, 1024 * 1024]) {
    it(`probe size: asks for ${probeSizeBytes} bytes, for the file's end and for no more when the picture never comes`, async () => {
      const serve = endlessTransportStream();
      const ranges: ByteRange[] = [];
      let answer: ProbeAnswer = { kind: 'need', offset: 0, lengthBytes: 32 * 1024 };
      while (answer.kind === 'need') {
        ranges.push({ offset: answer.offset, bytes: serve(answer.offset, answer.lengthBytes) });
        answer = await probe({ ranges, sizeBytes: 1e9 }, { probeSizeBytes });
      }
      expect(answer).to.include({ kind: 'failure', code: 'CORRUPT_HEADER' });
      const [tail, ...others] = ranges.filter(({ offset }) => offset > probeSizeBytes);
      expect([tail?.offset, others]).to.deep.equal([1e9 - 32 * 1024, []]);
      const head = ranges.filter(({ offset }) => offset <= probeSizeBytes);
      expect(head.reduce((sum, { bytes }) => sum + bytes.length, 0)).to.equal(probeSizeBytes);
    });
  }

  it('allocation: takes no memory for what a header only claims', async () => {
    const sizeOf = (claimed: number) => bytesOf(Buffer.from([1, 0, 0, 0]), claimed);
    const element = (id: string, claimed: number, ...body: Uint8Array[]) =>
      bytesOf(Buffer.from(id, 'hex'), sizeOf(claimed), ...body);
    const number = (value: number) => Buffer.from([value]);
    const videoWithCodecPrivate = (claimed: number) =>
      bytesOf(
        ebmlElement(0x1a45dfa3, ebmlElement(0x4282, 'matroska')),
        element(
          '18538067',
          claimed + 500,
          element(
            '1654ae6b',
            claimed + 400,
            element(
              'ae',
              claimed + 300,
              ebmlElement(0xd7, number(1)),
              ebmlElement(0x83, number(1)),
              ebmlElement(0x86, 'V_VP8'),
              element('63a2', claimed),
            ),
          ),
        ),
        Buffer.alloc(40_000),
      );
    const growth = await peakGrowthMiB(async () => {
      for (const claimed of [100 * 2 ** 20, 2 ** 30, 2 ** 32 - 1000]) {
        const bytes = videoWithCodecPrivate(claimed);
        const answers = await Promise.all(Array.from({ length: 20 }, () => probeWhole(bytes, {}, 2 ** 33)));
        for (const { kind } of answers) expect(kind).to.not.equal('media');
      }
    });
    expect(growth).to.be.lessThan(64);
  });

  describe('samples of an MP4', () => {
    const millions = 1_000_000;
    const refusal = 'the MP4 header claims more than 8000000 samples';

    const refused: Record<string, readonly Mp4TrackClaims[]> = {
      'one track': [{ samples: 10 * millions }],
      'twenty tracks': Array.from({ length: 20 }, () => ({ samples: millions })),
      'edits that repeat them': [{ samples: 20_000, edits: 1000 }],
      'chunks of uncompressed audio': [
        { samples: 10 },
        { samples: 10, handler: 'soun', sampleDuration: 1, samplesPerChunk: 2 ** 32 - 1 },
      ],
      'a video dressed as uncompressed audio': [{ samples: 20 * millions, sampleDuration: 1 }],
    };
    for (const [name, tracks] of Object.entries(refused)) {
      it(`are refused in a moment when they would fill the memory: ${name}`, async () => {
        const growth = await peakGrowthMiB(async () => {
          const tookMs = await shortestRunMs(500, async () => {
            const startedAt = performance.now();
            const answer = await probeWhole(mp4File(...tracks.map(mp4Track)));
            expect(answer).to.deep.equal({
              kind: 'failure',
              code: 'CORRUPT_HEADER',
              message: refusal,
              diagnostics: [],
            });
            return performance.now() - startedAt;
          });
          expect(tookMs).to.be.lessThan(500);
        });
        expect(growth).to.be.lessThan(16);
      });
    }

    it('are counted wherever libav would find them', async () => {
      const hidden = mp4Box('udta', mp4Box('stbl', mp4Box('stsz', 0, 1, 10 * millions)));
      const run = mp4Box('moof', mp4Box('traf', mp4Box('trun', 0, 10 * millions)));
      const small = mp4Track({ samples: 10 });
      for (const bytes of [mp4File(small, hidden), bytesOf(mp4File(small), run), bytesOf(run, mp4File(small))]) {
        // A moof in front is no known beginning: it is put after a file type.
        const file = bytes.subarray(4, 8).toString() === 'ftyp' ? bytes : bytesOf(mp4Box('ftyp', 'isom', 0), bytes);
        expect(await probeWhole(file)).to.include({ kind: 'failure', message: refusal });
      }
    });

    it('may be any number where libav does not see their tables', async () => {
      const bytes = mp4File(
        mp4Track({ samples: 2 ** 32 - 1, codec: 'avc1' }),
        mp4Track({ samples: 1, handler: 'soun' }),
      );
      const growth = await peakGrowthMiB(async () => {
        const tookMs = await shortestRunMs(50, async () => {
          const startedAt = performance.now();
          expect(await probeWhole(bytes)).to.include({ kind: 'media' });
          return performance.now() - startedAt;
        });
        expect(tookMs).to.be.lessThan(50);
      });
      expect(growth).to.be.lessThan(16);
    });

    it('cannot be counted in a compressed header, which is not supported', async () => {
      const file = mp4File(mp4Box('cmov', mp4Box('dcom', 'zlib'), mp4Box('cmvd', 1000, 'x')));
      expect(await probeWhole(file)).to.include({ kind: 'failure', code: 'UNSUPPORTED_FORMAT' });
    });

    it('fill the memory just below the limit: what is measured here can be seen', async () => {
      const bytes = mp4File(mp4Track({ samples: 7 * millions }));
      const growth = await peakGrowthMiB(async () => {
        expect(await probeWhole(bytes, PATIENT)).to.include({ kind: 'media' });
      });
      expect(growth).to.be.greaterThan(100);
    });

    it('may be those of a long recording: a day of video, or an hour of uncompressed audio', async () => {
      const video = { samples: 24 * 3600 * 30 };
      const audio: Mp4TrackClaims = {
        samples: 3600 * 48_000,
        handler: 'soun',
        sampleDuration: 1,
        samplesPerChunk: 24_000,
      };
      for (const tracks of [[video], [{ samples: 3600 * 30 }, audio]]) {
        expect(await probeWhole(mp4File(...tracks.map(mp4Track)), PATIENT)).to.include({ kind: 'media' });
      }
    });
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runFfmpeg } from '../test/ffmpeg-frame.ts';
import { findBoxes } from '../test/mp4-boxes.ts';
import { probeBytes } from '../test/probe-bytes.ts';

const ALL_ONES = 0xffffffff;
const NINE_HOURS = 9 * 3600;
/** Where the duration stands in the body of a header of version 0. */
const DURATION_OFFSETS = { 'moov/mvhd': 16, 'moov/trak/tkhd': 20, 'moov/trak/mdia/mdhd': 16 } as const;

type Header = keyof typeof DURATION_OFFSETS;

function withDurations(bytes: Buffer, durations: Partial<Record<Header, number>>): Buffer {
  const edited = Buffer.from(bytes);
  for (const [path, duration] of Object.entries(durations) as [Header, number][]) {
    for (const { body } of findBoxes(edited, path)) edited.writeUInt32BE(duration, body + DURATION_OFFSETS[path]);
  }
  return edited;
}

describe('probe of the duration of an MP4', () => {
  let clip: Buffer;

  before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-durations-'));
    try {
      const path = join(folder, 'clip.mp4');
      const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=96x64:rate=10:duration=4'];
      const sound = ['-f', 'lavfi', '-i', 'sine=duration=4:sample_rate=32000', '-c:a', 'aac'];
      const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-pix_fmt', 'yuv420p'];
      runFfmpeg(['-nostdin', ...picture, ...sound, ...encoder, path]);
      clip = readFileSync(path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  /** Versions of ffmpeg write other units. */
  function movieUnits(seconds: number): number {
    const [header] = findBoxes(clip, 'moov/mvhd');
    return seconds * clip.readUInt32BE((header?.body ?? 0) + 12);
  }

  async function durationOf(bytes: Buffer): Promise<unknown> {
    const { media } = await probeBytes(bytes);
    return [media.durationSeconds, media.durationSource];
  }

  it('leaves out what the edit lists leave out: the priming of AAC', async () => {
    const [, audio] = findBoxes(clip, 'moov/trak/mdia/mdhd');
    expect(clip.readUInt32BE((audio?.body ?? 0) + DURATION_OFFSETS['moov/trak/mdia/mdhd'])).to.be.above(4 * 32_000);
    expect(await durationOf(clip)).to.deep.equal([4, 'header']);
  });

  for (const [what, unknown] of [
    ['all ones', ALL_ONES],
    ['zero', 0],
  ] as const) {
    it(`takes ${what} in a header for no duration`, async () => {
      const headers: Partial<Record<Header, number>> = {};
      for (const path of Object.keys(DURATION_OFFSETS) as Header[]) {
        headers[path] = unknown;
        expect(await durationOf(withDurations(clip, headers)), path).to.deep.equal([4, 'header']);
      }
    });
  }

  it('is that of the longest track, if only the tracks state it', async () => {
    const edited = withDurations(clip, { 'moov/mvhd': 0 });
    const [, audio] = findBoxes(edited, 'moov/trak/tkhd');
    edited.writeUInt32BE(movieUnits(5.5), (audio?.body ?? 0) + DURATION_OFFSETS['moov/trak/tkhd']);
    expect(await durationOf(edited)).to.deep.equal([5.5, 'header']);
  });

  it('is what the header says, of nine hours too', async () => {
    const nineHours = movieUnits(NINE_HOURS);
    for (const headers of [
      { 'moov/mvhd': nineHours },
      { 'moov/mvhd': nineHours, 'moov/trak/tkhd': nineHours },
    ] as const) {
      expect(await durationOf(withDurations(clip, headers))).to.deep.equal([NINE_HOURS, 'header']);
    }
  });

  /** One edit in each track, in seconds. */
  function withEdit(bytes: Buffer, seconds: number, mediaSeconds: number): Buffer {
    const edited = Buffer.from(bytes);
    const timescales = findBoxes(edited, 'moov/trak/mdia/mdhd').map(({ body }) => edited.readUInt32BE(body + 12));
    findBoxes(edited, 'moov/trak/edts/elst').forEach(({ body }, track) => {
      edited.writeUInt32BE(movieUnits(seconds), body + 8);
      edited.writeInt32BE(mediaSeconds < 0 ? -1 : mediaSeconds * (timescales[track] ?? 0), body + 12);
    });
    return edited;
  }

  it('leaves out a start that the edit lists trim, though the headers state the whole media', async () => {
    expect(await durationOf(withEdit(clip, 3, 1))).to.deep.equal([3, 'header']);
  });

  it('is what the headers say where an edit reaches to the end of the media', async () => {
    // The first picture is shown later than it is decoded, which the edit makes up for.
    expect(await durationOf(withEdit(clip, 0, 0.2))).to.deep.equal([4, 'header']);
  });

  it('is that of the edits, if no header states it', async () => {
    const unknown = withDurations(clip, { 'moov/mvhd': 0, 'moov/trak/tkhd': 0 });
    expect(await durationOf(withEdit(unknown, 2.5, 1))).to.deep.equal([2.5, 'header']);
    // An edit of no duration reaches to the media's end.
    const [audioEnd] = (await durationOf(withEdit(unknown, 0, 1))) as [number];
    expect(audioEnd).to.be.closeTo(3, 0.1);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runFfmpeg } from './ffmpeg-frame.ts';
import { mediaOfFile } from './media-of-file.ts';

const FIVE_HOURS_IN_MS = 5 * 3600 * 1000;
const FIRST_TAG = 13;
const SCRIPT = 18;

/** A script tag without content, and its size behind it; Adobe Flash Video File Format 10.1, annex E. */
const EMPTY_SCRIPT = Buffer.from([SCRIPT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11]);

function tagsOf(flv: Buffer): Buffer[] {
  const tags: Buffer[] = [];
  for (let at = FIRST_TAG; at < flv.length; ) {
    const end = at + 11 + flv.readUIntBE(at + 1, 3) + 4;
    tags.push(flv.subarray(at, end));
    at = end;
  }
  return tags;
}

function startLate(flv: Buffer): Buffer {
  const late = Buffer.from(flv);
  for (const tag of tagsOf(late)) {
    if (tag.readUInt8(0) === SCRIPT) continue;
    const time = ((tag.readUInt8(7) << 24) | tag.readUIntBE(4, 3)) + FIVE_HOURS_IN_MS;
    tag.writeUIntBE(time & 0xffffff, 4, 3);
    tag.writeUInt8(time >> 24, 7);
  }
  return late;
}

/** A number of onMetaData: its name, its type, then 64 bits. */
function stateNumber(flv: Buffer, name: string, value: number): Buffer {
  const stated = Buffer.from(flv);
  stated.writeDoubleBE(value, stated.indexOf(name, 0, 'latin1') + name.length + 1);
  return stated;
}

describe('probe of FLV', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-flv-'));
    const output = (name: string) => ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', join(folder, name)];
    runFfmpeg([
      ...['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=4'],
      ...[...output('stated.flv'), '-flvflags', 'no_metadata', ...output('bare.flv')],
    ]);
  });

  after(() => rmSync(folder, { recursive: true }));

  async function durationOf(name: string, edit: (flv: Buffer) => Buffer) {
    const path = join(folder, 'edited.flv');
    writeFileSync(path, edit(readFileSync(join(folder, name))));
    const { durationSeconds, durationSource } = await mediaOfFile(path);
    return { durationSeconds, durationSource };
  }

  // From the first tag to the last, which does not say how long it lasts.
  const estimate = { durationSeconds: 3.9, durationSource: 'estimate' };

  for (const [what, edit] of Object.entries<(flv: Buffer) => Buffer>({
    'a script tag at time 0 comes last': flv => Buffer.concat([flv, EMPTY_SCRIPT]),
    'zeros follow': flv => Buffer.concat([flv, Buffer.alloc(200_000)]),
    'megabytes of zeros follow': flv => Buffer.concat([flv, Buffer.alloc(5_000_000)]),
    'the clock started hours before': startLate,
    'half a tag more was written': flv => Buffer.concat([flv, (tagsOf(flv)[1] ?? flv).subarray(0, 100)]),
  })) {
    it(`finds the last picture or sound where ${what}`, async () => {
      expect(await durationOf('bare.flv', edit)).to.deep.equal(estimate);
    });
  }

  it('believes the duration that the metadata state', async () => {
    const stated = { durationSeconds: 4, durationSource: 'header' };
    expect(await durationOf('stated.flv', flv => flv)).to.deep.equal(stated);
    expect(await durationOf('stated.flv', startLate)).to.deep.equal(stated);
  });

  it('measures a frame rate that the metadata state in thousandths of a second', async () => {
    const path = join(folder, 'edited.flv');
    writeFileSync(path, stateNumber(readFileSync(join(folder, 'stated.flv')), 'framerate', 1000));
    expect((await mediaOfFile(path)).video.frameRate).to.equal(10);
  });

  for (const seconds of [400_000, 0.3]) {
    it(`measures a duration of ${seconds} s that neither the size nor the last tag bears out`, async () => {
      const wrong = (flv: Buffer) => stateNumber(flv, 'duration', seconds);
      expect(await durationOf('stated.flv', wrong)).to.deep.equal(estimate);
    });
  }

  for (const rate of [3, 20]) {
    it(`measures a frame rate of ${rate} that the times of the frames contradict`, async () => {
      const path = join(folder, 'edited.flv');
      writeFileSync(path, stateNumber(readFileSync(join(folder, 'stated.flv')), 'framerate', rate));
      expect((await mediaOfFile(path)).video.frameRate).to.equal(10);
    });
  }

  it('does not take for a duration what is the time of the last tag', async () => {
    const late = (flv: Buffer) => stateNumber(startLate(flv), 'duration', FIVE_HOURS_IN_MS / 1000 + 4);
    expect(await durationOf('stated.flv', late)).to.deep.equal(estimate);
  });
});

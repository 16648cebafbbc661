import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Media } from '@vigie/alert';
import { expect } from 'chai';
import { runFfmpeg } from './ffmpeg-frame.ts';
import { mediaOfFile } from './media-of-file.ts';

const FOOTER_OF_MXF = Buffer.from('060e2b34020501010d01020101040400', 'hex');

function pick({ video, durationSeconds, durationSource, truncated }: Media) {
  return { size: [video.width, video.height], durationSeconds, durationSource, truncated };
}

describe('MXF and ASF', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-mxf-'));
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=25:duration=0.4'];
    runFfmpeg([
      ...[...picture, '-c:v', 'dnxhd', '-pix_fmt', 'yuv422p', '-b:v', '36M', join(folder, 'large.mxf')],
      ...['-vf', 'scale=160:120', '-c:v', 'mpeg2video', join(folder, 'plain.mxf')],
      ...['-vf', 'scale=160:120', '-c:v', 'wmv2', join(folder, 'plain.wmv')],
    ]);
    const piped = runFfmpeg(['-i', join(folder, 'plain.mxf'), '-c', 'copy', '-f', 'mxf', '-']);
    writeFileSync(join(folder, 'piped.mxf'), piped);
  });

  after(() => rmSync(folder, { recursive: true }));

  function cut(name: string, lengthOf: (bytes: Buffer) => number): string {
    const bytes = readFileSync(join(folder, name));
    const path = join(folder, `cut-${name}`);
    writeFileSync(path, bytes.subarray(0, lengthOf(bytes)));
    return path;
  }

  it('takes size and duration of an MXF from its header, also where it was cut before the first picture ends', async () => {
    const stated = { size: [1920, 1080], durationSeconds: 0.4, durationSource: 'header', truncated: false };
    expect(pick(await mediaOfFile(join(folder, 'large.mxf')))).to.deep.equal(stated);
    expect(pick(await mediaOfFile(cut('large.mxf', () => 20_000)))).to.deep.equal({ ...stated, truncated: true });
  });

  it('takes the duration of an MXF from its last partition, where the header was written before it was known', async () => {
    const stated = { size: [160, 120], durationSeconds: 0.4, durationSource: 'index', truncated: false };
    expect(pick(await mediaOfFile(join(folder, 'piped.mxf')))).to.deep.equal(stated);
  });

  it('states no duration of an MXF whose last partition is missing as well', async () => {
    const path = cut('piped.mxf', bytes => bytes.lastIndexOf(FOOTER_OF_MXF));
    expect((await mediaOfFile(path)).durationSeconds).to.equal(null);
  });

  it('takes the duration of an ASF from its header, where packets and index are missing', async () => {
    const stated = { size: [160, 120], durationSource: 'header' };
    const whole = pick(await mediaOfFile(join(folder, 'plain.wmv')));
    expect(whole).to.deep.include({ ...stated, truncated: false });
    expect(whole.durationSeconds).to.be.closeTo(0.4, 0.05);
    // And the header of the object that would hold the packets.
    const header = cut('plain.wmv', bytes => Number(bytes.readBigUInt64LE(16)) + 50);
    const { durationSeconds } = whole;
    expect(pick(await mediaOfFile(header))).to.deep.equal({ ...stated, durationSeconds, truncated: true });
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runFfmpeg } from '../test/ffmpeg-frame.ts';
import { probeBytes } from '../test/probe-bytes.ts';

describe('probe of the sample rate of HE-AAC', () => {
  for (const name of ['clip.mp4', 'clip.flv']) {
    it(`is the one after doubling, as the configuration states it behind that of AAC: ${name}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'vigie-audio-'));
      try {
        const path = join(folder, name);
        const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=96x64:rate=10:duration=1'];
        const sound = ['-f', 'lavfi', '-i', 'sine=duration=1:sample_rate=22050', '-c:a', 'aac'];
        runFfmpeg(['-nostdin', ...picture, ...sound, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', path]);
        const bytes = readFileSync(path);
        // ffmpeg writes the extension and that it is not used: type 0x2b7, object type 5, then a flag and a rate.
        const extension = bytes.indexOf(Buffer.from([0x13, 0x88, 0x56, 0xe5, 0x00]));
        expect(extension).to.be.greaterThan(0);
        expect((await probeBytes(bytes)).media.audio?.sampleRate).to.equal(22_050);
        // Used, with 44.1 kHz.
        bytes[extension + 4] = 0xa0;
        expect((await probeBytes(bytes)).media.audio?.sampleRate).to.equal(44_100);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

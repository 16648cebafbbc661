import { expect } from 'chai';
import { mediaOf } from '../testing/media-of.ts';
import { toProbeResult } from './probe-result.ts';
import { toReadableLine } from './readable-line.ts';

const cost = { bytesRead: 33_792, requests: 2, elapsedMs: 1.234_5, diagnostics: [] };

describe('toReadableLine', () => {
  it('says what a video is and what finding that cost', () => {
    const media = mediaOf({ durationSource: 'index', moovAtEnd: true, videoStreams: 2 });
    const portrait = { ...media, video: { ...media.video, displayWidth: 480, displayHeight: 640, rotation: -90 } };
    const line = toReadableLine(toProbeResult('a.mp4', { finding: { kind: 'media', media: portrait }, ...cost }));
    expect(line).to.equal(
      'a.mp4: mp4, h264 High 640x480 shown as 480x640 rotated by -90° 25 fps yuv420p, no audio, 3 s (index), ' +
        'moov at the end, 2 video streams (33 KiB in 2 requests, 1.23 ms)',
    );
  });

  it('stays one line without terminal commands, whatever the name holds', () => {
    const failure = { code: 'NOT_A_VIDEO', message: 'a text' } as const;
    const line = toReadableLine(
      toProbeResult('a\n\x1b[2Jb\u2028\u202e.mp4', { finding: { kind: 'failure', failure }, ...cost }),
    );
    expect(line).to.equal(
      'a\\u{a}\\u{1b}[2Jb\\u{2028}\\u{202e}.mp4: FAILED NOT_A_VIDEO: a text (33 KiB in 2 requests, 1.23 ms)',
    );
  });
});

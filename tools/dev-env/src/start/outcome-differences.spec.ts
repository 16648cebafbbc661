import { expect } from 'chai';
import type { AlertRecordJson } from './alert-record.ts';
import { findOutcomeDifferences } from './outcome-differences.ts';
import { outcomeTable } from './outcome-table.ts';
import type { SampleOutcome } from './sample-alerts.ts';
import type { ExpectedOutcome } from './sample-videos.ts';

const PROCESSED: AlertRecordJson = {
  uid: 'a',
  video: '/videos/a.mp4',
  status: 'PROCESSED',
  media: { container: 'mp4', durationSeconds: 3.02, video: { codec: 'h264', width: 640, height: 480 } },
  effort: { bytesRead: 32_768, requests: 1, elapsedMs: 4.25 },
};

describe('findOutcomeDifferences', () => {
  const expected: ExpectedOutcome = {
    status: 'PROCESSED',
    codec: 'h264',
    width: 640,
    rotation: 0,
    durationSeconds: 3,
    audioCodec: null,
  };

  it('finds none where all is as expected: a rotation of zero is left out, durations are rounded', () => {
    expect(findOutcomeDifferences(outcome(expected))).to.deep.equal([]);
  });

  const wrong: [Partial<ExpectedOutcome>, string][] = [
    [{ status: 'FAILED' }, 'status is PROCESSED, not FAILED'],
    [{ durationSeconds: 3.2 }, 'durationSeconds is 3.02, not 3.2'],
    [{ rotation: -90 }, 'rotation is 0, not -90'],
    [{ audioCodec: 'aac' }, 'audioCodec is absent, not aac'],
    [{ codec: null }, 'codec is h264, not absent'],
  ];
  for (const [change, difference] of wrong) {
    it(`says: ${difference}`, () =>
      expect(findOutcomeDifferences(outcome({ ...expected, ...change }))).to.deep.equal([difference]));
  }

  it('says that there was no outcome', () => {
    expect(findOutcomeDifferences({ ...outcome(expected), record: undefined })).to.deep.equal(['no outcome in time']);
  });
});

describe('outcomeTable', () => {
  it('shows a row for each sample, and the differences below', () => {
    const table = outcomeTable([outcome({ status: 'FAILED' })]).split('\n');
    expect(table[2]).to.match(/^a {2,}a\.mp4 +PROCESSED +640x480 +h264 +3\.02 s +32768 +4\.3$/);
    expect(table.at(-1)).to.equal('  a.mp4: status is PROCESSED, not FAILED');
  });
});

function outcome(expected: ExpectedOutcome): SampleOutcome {
  return { uid: 'a', sample: { file: 'a.mp4', expected }, record: PROCESSED };
}

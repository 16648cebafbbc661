import { FAILURE_CODES } from '@vigie/alert';
import { expect } from 'chai';
import { decideFate } from './failure-fate.ts';
import { DEFAULT_RETRY_SCHEDULE, spanMs } from './retry-schedule.ts';

const policy = { schedule: DEFAULT_RETRY_SCHEDULE, uploadGraceMs: 60_000 };
const wholeSpanMs = spanMs(DEFAULT_RETRY_SCHEDULE);

describe('decideFate', () => {
  it('retries an unreachable video until its tries are used up, then quarantines its alert', () => {
    const fateOf = (attempts: number) =>
      decideFate({ code: 'VIDEO_UNREACHABLE', attempts, ageMs: wholeSpanMs }, policy);
    expect(fateOf(1)).to.equal('retry');
    expect(fateOf(13)).to.equal('retry');
    expect(fateOf(14)).to.equal('QUARANTINED');
    expect(fateOf(15)).to.equal('QUARANTINED');
  });

  it('cuts no alert short that was handed out often and tried seldom', () => {
    const fateAt = (ageMs: number) => decideFate({ code: 'VIDEO_UNREACHABLE', attempts: 1_000, ageMs }, policy);
    expect(fateAt(wholeSpanMs - 1)).to.equal('retry');
    expect(fateAt(wholeSpanMs)).to.equal('QUARANTINED');
  });

  it('gives an alert that waited long in the stream all its tries', () => {
    const fateOf = (attempts: number) => decideFate({ code: 'VIDEO_UNREACHABLE', attempts, ageMs: 86_400_000 }, policy);
    expect([1, 13, 14].map(fateOf)).to.deep.equal(['retry', 'retry', 'QUARANTINED']);
  });

  it('waits for a missing video as long as it may be uploading, then fails its alert', () => {
    const fateAt = (ageMs: number) => decideFate({ code: 'VIDEO_NOT_FOUND', attempts: 2, ageMs }, policy);
    expect(fateAt(59_999)).to.equal('retry');
    expect(fateAt(60_000)).to.equal('FAILED');
  });

  it('gives a probe that timed out two more tries', () => {
    const fateOf = (attempts: number, ageMs: number) => decideFate({ code: 'PROBE_TIMEOUT', attempts, ageMs }, policy);
    expect([1, 2, 3].map(attempts => fateOf(attempts, 120_000))).to.deep.equal(['retry', 'retry', 'FAILED']);
  });

  it('fails no probe that timed out within two minutes, however often its alert was handed out', () => {
    const fateAt = (ageMs: number) => decideFate({ code: 'PROBE_TIMEOUT', attempts: 1_000, ageMs }, policy);
    expect(fateAt(119_999)).to.equal('retry');
    expect(fateAt(120_000)).to.equal('FAILED');
  });

  it('gives a probe that timed out no more time than the schedule has', () => {
    const short = { ...policy, schedule: { baseMs: 1_000, maxMs: 10_000, maxAttempts: 4 } };
    const fateAt = (ageMs: number) => decideFate({ code: 'PROBE_TIMEOUT', attempts: 4, ageMs }, short);
    expect([6_999, 7_000].map(fateAt)).to.deep.equal(['retry', 'FAILED']);
  });

  it('fails at once for whatever is wrong with the file itself', () => {
    const transient = ['VIDEO_UNREACHABLE', 'VIDEO_NOT_FOUND', 'PROBE_TIMEOUT'];
    for (const code of FAILURE_CODES.filter(candidate => !transient.includes(candidate))) {
      expect(decideFate({ code, attempts: 1, ageMs: 0 }, policy), code).to.equal('FAILED');
    }
  });
});

import { FAILURE_CODES } from '@vigie/alert';
import { scheduleSpanMs } from '@vigie/service-kit/async';
import { expect } from 'chai';
import { decideRetry, decideRetryOfInternalError, type FailedAttempt } from './retry-decision.ts';
import { DEFAULT_RETRY_SCHEDULE } from './retry-schedule.ts';

const policy = { schedule: DEFAULT_RETRY_SCHEDULE, uploadGraceMs: 60_000 };
const wholeSpanMs = scheduleSpanMs(DEFAULT_RETRY_SCHEDULE);

/** The status that the alert ends with, or 'retry'. */
const decide = (attempt: FailedAttempt, by = policy) => {
  const decision = decideRetry(attempt, by);
  return decision.kind === 'finish' ? decision.status : 'retry';
};

describe('decideRetry', () => {
  it('retries an unreachable video until its attempts are used up, then quarantines its alert', () => {
    const statusAfter = (attempts: number) => decide({ code: 'VIDEO_UNREACHABLE', attempts, ageMs: wholeSpanMs });
    expect(statusAfter(1)).to.equal('retry');
    expect(statusAfter(13)).to.equal('retry');
    expect(statusAfter(14)).to.equal('QUARANTINED');
    expect(statusAfter(15)).to.equal('QUARANTINED');
  });

  it('does not end an alert early that was delivered often and tried seldom', () => {
    const statusAt = (ageMs: number) => decide({ code: 'VIDEO_UNREACHABLE', attempts: 1_000, ageMs });
    expect(statusAt(wholeSpanMs - 1)).to.equal('retry');
    expect(statusAt(wholeSpanMs)).to.equal('QUARANTINED');
  });

  it('gives an alert that waited long in the stream all its attempts', () => {
    const statusAfter = (attempts: number) => decide({ code: 'VIDEO_UNREACHABLE', attempts, ageMs: 86_400_000 });
    expect([1, 13, 14].map(statusAfter)).to.deep.equal(['retry', 'retry', 'QUARANTINED']);
  });

  it('waits for a missing video as long as it may be uploading, then fails its alert', () => {
    const statusAt = (ageMs: number) => decide({ code: 'VIDEO_NOT_FOUND', attempts: 2, ageMs });
    expect(statusAt(59_999)).to.equal('retry');
    expect(statusAt(60_000)).to.equal('FAILED');
  });

  it('waits for a missing video for as long also where the schedule is shorter', () => {
    const patient = { schedule: { baseMs: 100, maxMs: 1_000, maxAttempts: 3 }, uploadGraceMs: 3_600_000 };
    const statusAt = (ageMs: number) => decide({ code: 'VIDEO_NOT_FOUND', attempts: 5_000, ageMs }, patient);
    expect([3_599_999, 3_600_000].map(statusAt)).to.deep.equal(['retry', 'FAILED']);
  });

  it('gives a probe that timed out two more attempts', () => {
    const statusAfter = (attempts: number, ageMs: number) => decide({ code: 'PROBE_TIMEOUT', attempts, ageMs });
    expect([1, 2, 3].map(attempts => statusAfter(attempts, 120_000))).to.deep.equal(['retry', 'retry', 'FAILED']);
  });

  it('fails no probe that timed out within two minutes, however often its alert was delivered', () => {
    const statusAt = (ageMs: number) => decide({ code: 'PROBE_TIMEOUT', attempts: 1_000, ageMs });
    expect(statusAt(119_999)).to.equal('retry');
    expect(statusAt(120_000)).to.equal('FAILED');
  });

  it('gives a probe that timed out no more time than the schedule has', () => {
    const short = { ...policy, schedule: { baseMs: 1_000, maxMs: 10_000, maxAttempts: 4 } };
    const statusAt = (ageMs: number) => decide({ code: 'PROBE_TIMEOUT', attempts: 4, ageMs }, short);
    expect([6_999, 7_000].map(statusAt)).to.deep.equal(['retry', 'FAILED']);
  });

  it('waits for a video that looks unfinished as long as it may be uploading', () => {
    for (const code of ['VIDEO_EMPTY', 'CORRUPT_HEADER'] as const) {
      const statusAt = (ageMs: number, unchangedForMs?: number) => decide({ code, attempts: 2, ageMs, unchangedForMs });
      expect([59_999, 60_000].map(ageMs => statusAt(ageMs))).to.deep.equal(['retry', 'FAILED']);
      expect(statusAt(10_000, 59_999)).to.equal('retry');
      expect(statusAt(10_000, 60_000)).to.equal('FAILED');
    }
  });

  it('fails at once for whatever is wrong with the file itself', () => {
    const transient = ['VIDEO_UNREACHABLE', 'VIDEO_NOT_FOUND', 'PROBE_TIMEOUT', 'VIDEO_EMPTY', 'CORRUPT_HEADER'];
    for (const code of FAILURE_CODES.filter(candidate => !transient.includes(candidate))) {
      expect(decide({ code, attempts: 1, ageMs: 0 }), code).to.equal('FAILED');
    }
  });

  describe('by its delay', () => {
    const delayFor = (attempts: number, retryAfterMs?: number) => {
      const decision = decideRetry({ code: 'VIDEO_UNREACHABLE', attempts, ageMs: 0, retryAfterMs }, policy, () => 0.5);
      return decision.kind === 'retry' ? decision.delayMs : undefined;
    };

    it('waits longer each time', () => {
      expect([1, 2, 3, 100].map(attempts => delayFor(attempts))).to.deep.equal([1_000, 2_000, 4_000, 600_000]);
    });

    it('comes back no sooner than the video server asked for, within the schedule', () => {
      expect([0, 30_000, 86_400_000].map(retryAfterMs => delayFor(1, retryAfterMs))).to.deep.equal([
        1_000, 30_000, 600_000,
      ]);
    });
  });
});

describe('decideRetryOfInternalError', () => {
  const decideInternal = (attempts: number, ageMs: number) =>
    decideRetryOfInternalError({ attempts, ageMs }, DEFAULT_RETRY_SCHEDULE, 5_000, () => 0.5);

  it('retries until both attempts and their time are used up, then quarantines', () => {
    expect(decideInternal(13, wholeSpanMs).kind).to.equal('retry');
    expect(decideInternal(14, wholeSpanMs - 1).kind).to.equal('retry');
    expect(decideInternal(14, wholeSpanMs)).to.deep.equal({ kind: 'finish', status: 'QUARANTINED' });
  });

  it('waits longer each time, and never longer than it may', () => {
    const delays = [1, 2, 3, 4, 10].map(attempts => decideInternal(attempts, 0));
    expect(delays.map(decision => decision.kind === 'retry' && decision.delayMs)).to.deep.equal([
      1_000, 2_000, 4_000, 5_000, 5_000,
    ]);
  });
});

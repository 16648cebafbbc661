import { expect } from 'chai';
import type { RetryReport } from '../ports/retry-reports.ts';
import { deliveryOf } from '../testing/delivery-of.ts';
import type { ProcessResult } from './process-alert.ts';
import { reportRetries } from './report-retries.ts';

describe('reportRetries', () => {
  const failure = { code: 'VIDEO_UNREACHABLE', message: 'refused' } as const;
  const probed = {
    finding: { kind: 'failure', failure },
    bytesRead: 0,
    requests: 1,
    elapsedMs: 1,
    diagnostics: [],
  } as const;
  const reportsOf = async (result: ProcessResult) => {
    const reports: RetryReport[] = [];
    const processAlert = reportRetries(async () => result, { report: report => void reports.push(report) });
    expect(await processAlert(deliveryOf())).to.equal(result);
    return reports;
  };

  it('tells how often it was tried, why it failed and when it is tried again', async () => {
    const before = Date.now();
    const [report, ...others] = await reportsOf({
      kind: 'retry',
      attempts: 3,
      failure,
      delayMs: 5_000,
      report: probed,
    });
    expect(others).to.deep.equal([]);
    expect(report?.alert).to.deep.equal(deliveryOf().alert);
    expect(report?.retry).to.deep.include({ attempts: 3, lastFailure: failure });
    expect(report?.retry.nextAttemptAt.getTime()).to.be.within(before + 5_000, Date.now() + 5_000);
  });

  it('tells nothing of an alert that is done, or that was not attempted', async () => {
    expect(await reportsOf({ kind: 'conflict', attempts: 1 })).to.deep.equal([]);
    expect(await reportsOf({ kind: 'deferred', delayMs: 1 })).to.deep.equal([]);
  });
});

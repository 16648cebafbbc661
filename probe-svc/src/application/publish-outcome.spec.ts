import type { FinishedAlert, Outcome } from '@vigie/alert';
import { expect } from 'chai';
import { finishAlert } from '../domain/finish-alert.ts';
import { AlertQuarantineError } from '../ports/alert-quarantine.ts';
import { OutcomeEventsError } from '../ports/outcome-events.ts';
import { attemptOf } from '../testing/delivery-of.ts';
import { mediaOf } from '../testing/media-of.ts';
import { createPublishOutcome } from './publish-outcome.ts';

const recordOf = (outcome: Outcome): FinishedAlert =>
  finishAlert(attemptOf(), outcome, { bytesRead: 1, requests: 1, elapsedMs: 1 });
const processed = recordOf({ status: 'PROCESSED', media: mediaOf() });
const quarantined = recordOf({ status: 'QUARANTINED', failure: { code: 'VIDEO_UNREACHABLE', message: 'why' } });

describe('publishOutcome', () => {
  let steps: string[];
  let outages: Error[];
  let failures: Error[];

  beforeEach(() => {
    steps = [];
    outages = [];
    failures = [];
  });

  const noteUnlessFailing = async (step: string) => {
    steps.push(step);
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
  };
  const publish = (record: FinishedAlert, signal?: AbortSignal) =>
    createPublishOutcome(
      { publish: ({ outcome, sequence }) => noteUnlessFailing(`publish ${outcome.status} at ${sequence}`) },
      { add: (_, { code }) => noteUnlessFailing(`quarantine ${code}`) },
    )(attemptOf(), record, error => void outages.push(error), signal);

  it('publishes an outcome as an event, and quarantines the message of an alert that is given up', async () => {
    await publish(processed);
    await publish(quarantined);
    expect(steps).to.deep.equal(['publish PROCESSED at 7', 'quarantine VIDEO_UNREACHABLE']);
  });

  for (const [record, error] of [
    [processed, new OutcomeEventsError('away')],
    [quarantined, new AlertQuarantineError('away')],
  ] as const) {
    it(`waits for the stream of ${record.outcome.status} to be back, and reports the outage once`, async () => {
      failures = [error, error];
      await publish(record);
      expect(steps).to.have.lengthOf(3);
      expect(outages).to.deep.equal([error]);
    });
  }

  it('does not repeat what failed for another reason', async () => {
    const bug = new RangeError('a bug');
    failures = [bug];
    expect(await publish(processed).catch(error => error)).to.equal(bug);
    expect(outages).to.deep.equal([]);
  });

  it('ends an outage with the reason of an abort', async () => {
    const stop = new AbortController();
    failures = Array.from({ length: 1_000 }, () => new OutcomeEventsError('away'));
    const publishing = publish(processed, stop.signal).catch(error => error);
    setImmediate(() => stop.abort('stopping'));
    expect(await publishing).to.equal('stopping');
  });
});

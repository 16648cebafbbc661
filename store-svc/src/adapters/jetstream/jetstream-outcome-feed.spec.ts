import { expect } from 'chai';
import { OutcomeFeedError } from '../../ports/outcome-feed.ts';
import { describeOutcomeFeed } from '../../testing/outcome-feed.contract.ts';
import { openOutcomeStreams } from '../../testing/outcome-streams.ts';
import { finishedAlert, receivedAlert } from '../../testing/sample-alerts.ts';

describe('JetStreamOutcomeFeed', () => {
  const teardown = new AsyncDisposableStack();
  let streams: Awaited<ReturnType<typeof openOutcomeStreams>>;

  before(async () => {
    streams = await openOutcomeStreams(teardown);
  });
  after(() => teardown.disposeAsync());

  describeOutcomeFeed(async () => streams);

  const tryWatch = (after?: { outcomes: number; quarantine: number }) =>
    streams.feed
      .watch({ store: undefined, statuses: ['PROCESSED'] }, after, AbortSignal.timeout(60_000))
      .catch((error: unknown) => error);

  it('refuses a position whose outcomes were trimmed', async () => {
    for (const uid of ['a', 'b', 'c']) await streams.report(finishedAlert(receivedAlert(uid)));
    const { state } = await streams.manager.streams.info('OUTCOMES');
    await streams.manager.streams.purge('OUTCOMES', { seq: state.last_seq });
    const error = await tryWatch({ outcomes: state.last_seq - 2, quarantine: 0 });
    expect(error).to.be.instanceOf(OutcomeFeedError).with.property('reason', 'RESUME_TOKEN_EXPIRED');
  });

  it('says that it can not be reached while there is no stream', async () => {
    await streams.manager.streams.delete('OUTCOMES');
    expect(await tryWatch())
      .to.be.instanceOf(OutcomeFeedError)
      .with.property('reason', 'FEED_UNREACHABLE');
  });
});

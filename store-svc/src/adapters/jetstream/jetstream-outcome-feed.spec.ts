import { EVERYTHING, OutcomeFeedError } from '@vigie/outcome-feed';
import { expect } from 'chai';
import { describeOutcomeFeed } from '../../testing/outcome-feed.contract.ts';
import { openOutcomeStreams } from '../../testing/outcome-streams.ts';

describe('JetStreamOutcomeFeed', () => {
  const teardown = new AsyncDisposableStack();
  let streams: Awaited<ReturnType<typeof openOutcomeStreams>>;

  before(async () => {
    streams = await openOutcomeStreams(teardown);
  });
  after(() => teardown.disposeAsync());

  describeOutcomeFeed(async () => streams);

  it('says that it can not be reached while there is no stream', async () => {
    streams.feed[Symbol.dispose]();
    await streams.manager.streams.delete('OUTCOMES');
    const watch = streams.feed.watch(
      { ...EVERYTHING, statuses: ['PROCESSED'] },
      undefined,
      new AbortController().signal,
    );
    const error = await Array.fromAsync(watch).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(OutcomeFeedError).with.property('reason', 'FEED_UNREACHABLE');
  });
});

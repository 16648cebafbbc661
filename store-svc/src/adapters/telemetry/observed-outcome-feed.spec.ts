import { waitFor } from '@vigie/dev-env/testing';
import { EVERYTHING } from '@vigie/outcome-feed';
import { Registry } from 'prom-client';
import { describeOutcomeFeed } from '../../testing/outcome-feed.contract.ts';
import { openOutcomeStreams } from '../../testing/outcome-streams.ts';
import { ObservedOutcomeFeed } from './observed-outcome-feed.ts';
import { createStoreMetrics } from './store-metrics.ts';

describe('ObservedOutcomeFeed', () => {
  const teardown = new AsyncDisposableStack();
  const metrics = new Registry();
  let observed: ObservedOutcomeFeed;
  let report: Awaited<ReturnType<typeof openOutcomeStreams>>['report'];

  before(async () => {
    const streams = await openOutcomeStreams(teardown);
    report = streams.report;
    observed = new ObservedOutcomeFeed(streams.feed, createStoreMetrics(metrics));
  });
  after(() => teardown.disposeAsync());

  describeOutcomeFeed(async () => ({ feed: observed, report }));

  it('counts the watches that are open', async () => {
    const watchers = async (count: number) =>
      waitFor(`${count} watchers`, async () =>
        (await metrics.metrics()).includes(`vigie_store_watchers ${count}`) ? true : undefined,
      );
    await watchers(0);
    const stop = new AbortController();
    const reading = Array.fromAsync(observed.watch(EVERYTHING, undefined, stop.signal));
    await watchers(1);
    stop.abort();
    await reading;
    await watchers(0);
  });
});

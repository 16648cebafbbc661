import type { Upstreams } from '../../api/upstreams.ts';
import { describeUpstreams, openSpecUpstreams } from '../../testing/upstreams.contract.ts';

describe('ChannelUpstreams', () => {
  const teardown = new AsyncDisposableStack();
  let upstreams: Upstreams;

  before(async () => {
    upstreams = await openSpecUpstreams(teardown);
  });
  after(() => teardown.disposeAsync());

  describeUpstreams(() => upstreams);
});

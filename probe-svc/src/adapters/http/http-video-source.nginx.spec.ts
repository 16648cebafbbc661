import { Registry } from 'prom-client';
import { type ScratchNginx, startScratchNginx } from '../../testing/scratch-nginx.ts';
import { itIsAVideoSource } from '../../testing/video-source.contract.ts';
import { createHttpMetrics } from './http-metrics.ts';
import { HttpVideoSource } from './http-video-source.ts';

describe('HttpVideoSource over nginx', function () {
  this.timeout(20_000);
  let nginx: ScratchNginx;
  let source: HttpVideoSource;

  before(async () => {
    nginx = await startScratchNginx();
    const metrics = createHttpMetrics(new Registry());
    source = new HttpVideoSource({ url: nginx.url, maxConnections: 4, readTimeoutMs: 5_000, metrics });
  });
  after(async () => {
    await source[Symbol.asyncDispose]();
    await nginx[Symbol.asyncDispose]();
  });

  itIsAVideoSource(() => ({ source, put: nginx.put }));
});

import { itIsAMediaSource } from '../testing/media-source.contract.ts';
import { type ScratchNginx, startScratchNginx } from '../testing/scratch-nginx.ts';
import { HttpMediaSource } from './http-media-source.ts';

describe('HttpMediaSource over nginx', () => {
  let nginx: ScratchNginx;
  let source: HttpMediaSource;

  before(async () => {
    nginx = await startScratchNginx();
    const metrics = { countRequest: () => {} };
    source = new HttpMediaSource({ url: nginx.url, maxConnections: 4, readTimeoutMs: 5_000, metrics });
  });
  after(async () => {
    await source[Symbol.asyncDispose]();
    await nginx[Symbol.asyncDispose]();
  });

  itIsAMediaSource(() => ({ source, put: nginx.put }));
});

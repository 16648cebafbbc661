import { itIsAMediaSource } from '../testing/media-source.contract.ts';
import { type ScratchNginx, startScratchNginx } from '../testing/scratch-nginx.ts';
import { HttpMediaSource } from './http-media-source.ts';
import { encodeMediaPath } from './media-path.ts';
import { UrlMediaSource } from './url-media-source.ts';

describe('over nginx', () => {
  const limits = { maxConnections: 4, readTimeoutMs: 5_000, metrics: { countRequest: () => {} } };
  let nginx: ScratchNginx;

  before(async () => {
    nginx = await startScratchNginx();
  });
  after(() => nginx[Symbol.asyncDispose]());

  describe('HttpMediaSource', () => {
    let source: HttpMediaSource;

    before(() => {
      source = new HttpMediaSource({ url: nginx.url, ...limits });
    });
    after(() => source[Symbol.asyncDispose]());

    itIsAMediaSource(() => ({ source, put: nginx.put }));
  });

  describe('UrlMediaSource', () => {
    let urls: UrlMediaSource;

    before(() => {
      urls = new UrlMediaSource(limits);
    });
    after(() => urls[Symbol.asyncDispose]());

    // The contract's names are paths; here they become URLs.
    itIsAMediaSource(() => ({
      source: { open: (name, options) => urls.open(nginx.url + encodeMediaPath(name), options) },
      put: nginx.put,
    }));
  });
});

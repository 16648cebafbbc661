import { expect } from 'chai';
import { ReadMeter } from '../read-meter.ts';
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

    it('says how long a video has not changed, empty or not', async () => {
      for (const bytes of [Buffer.from('video'), Buffer.alloc(0)]) {
        await nginx.put('/videos/new.mp4', bytes);
        const read = { meter: new ReadMeter(), signal: new AbortController().signal };
        const { unchangedForMs } = await source
          .open('/videos/new.mp4', read)
          .read({ offset: 0, lengthBytes: 100 }, 100);
        expect(unchangedForMs).to.be.within(3_500_000, 3_700_000);
      }
    });
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

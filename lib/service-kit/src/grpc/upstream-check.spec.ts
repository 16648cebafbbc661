import { expect } from 'chai';
import { EchoService } from './testing/echo-service.ts';
import { openChannel, startSpecServer } from './testing/spec-server.ts';
import { createUpstreamCheck } from './upstream-check.ts';

describe('createUpstreamCheck', () => {
  it('says whether a server is ready, not ready, or away', async () => {
    const server = await startSpecServer(EchoService, {});
    using channel = openChannel(server.address);
    const check = createUpstreamCheck(channel);
    expect(await check()).to.equal(undefined);
    server.health.enter('stopping');
    expect(await check()).to.equal('says that it is not ready');
    await server[Symbol.asyncDispose]();
    expect(await check()).to.match(/^gives no answer: /);
  });
});

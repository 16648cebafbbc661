import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { ensureFitNats } from './external-nats.ts';

describe('ensureFitNats', () => {
  const refusals: [greeting: object, message: RegExp][] = [
    [
      { version: '2.9.10', jetstream: true },
      /nats-server 2\.9\.10 is too old.*Use 2\.10\.27 or later, or unset NATS_URL/,
    ],
    [{ version: '2.10.27' }, /without JetStream/],
  ];
  for (const [greeting, message] of refusals) {
    it(`refuses ${JSON.stringify(greeting)}`, async () => {
      const error = await natsThatGreets(greeting, ensureFitNats);
      expect(error?.message).to.match(message);
    });
  }

  it('accepts a server that is new enough', async () => {
    expect(await natsThatGreets({ version: '2.11.1', jetstream: true }, ensureFitNats)).to.equal(undefined);
  });

  it('is satisfied if some of several servers are up', async () => {
    const use = (url: string) => ensureFitNats(`nats://127.0.0.1:1,${url}`);
    expect(await natsThatGreets({ version: '2.11.1', jetstream: true }, use)).to.equal(undefined);
    expect((await natsThatGreets({ version: '2.9.10', jetstream: true }, use))?.message).to.match(
      /2\.9\.10 is too old/,
    );
  });

  it('names the address where nothing answers, and no password', async () => {
    const error = await ensureFitNats('nats://someone:secret@127.0.0.1:1').catch(error => error);
    expect(error.message)
      .to.match(/NATS_URL 127\.0\.0\.1:1: no nats-server answers there/)
      .and.not.include('secret');
  });
});

async function natsThatGreets(greeting: object, use: (url: string) => Promise<void>): Promise<Error | undefined> {
  const server = createServer(socket => socket.end(`INFO ${JSON.stringify(greeting)} \r\n`)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`nats://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    server.close();
  }
}

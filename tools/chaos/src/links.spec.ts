import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { Links } from './links.ts';

describe('Links', () => {
  let links: Links;
  let server: Server;
  let port: number;

  beforeEach(async () => {
    links = await Links.open();
    server = createServer(socket => socket.on('error', () => {}).end('here'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await links[Symbol.asyncDispose]();
    server.close();
  });

  /** @returns what comes from there, empty where the connection is refused */
  async function read(address: string): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port: Number(address.split(':').at(-1)) });
    try {
      return (await socket.setEncoding('utf8').toArray()).join('');
    } catch {
      return '';
    }
  }

  it('gives a service the addresses of proxies for its links, and leaves other addresses alone', async () => {
    const url = `postgresql://vigie:secret@127.0.0.1:${port}/vigie`;
    const led = links.readdress('store-svc', { DATABASE_URL: url, DATABASE_MIGRATION_URL: url });
    expect(led.DATABASE_MIGRATION_URL).to.equal(url);
    expect(led.DATABASE_URL)
      .to.match(/^postgresql:\/\/vigie:secret@127\.0\.0\.1:\d+\/vigie$/)
      .and.not.equal(url);
  });

  it('gives each replica a proxy of its own, shared by all that connect to it', () => {
    const variables = { STORE_ADDRESS: 'ipv4:127.0.0.1:1001,127.0.0.1:1002' };
    const first = links.readdress('probe-svc', variables);
    expect(links.readdress('probe-svc', variables)).to.deep.equal(first);
    expect(new Set(first.STORE_ADDRESS?.match(/\.1:\d+/g)).size).to.equal(2);
  });

  it('breaks one end of a link and leaves the others intact', async () => {
    const NATS_URL = `nats://a:a@127.0.0.1:${port},nats://a:a@127.0.0.2:${port}`;
    const end = links.readdress('ingest-svc', { NATS_URL }).NATS_URL?.split(',')[0] ?? '';
    links.break('ingest-svc-to-nats', { kind: 'cut' }, `127.0.0.2:${port}`);
    expect(await read(end)).to.equal('here');
    links.break('ingest-svc-to-nats', { kind: 'cut' }, `127.0.0.1:${port}`);
    expect(await read(end)).to.equal('');
  });

  it('breaks one link and leaves the others intact', async () => {
    const variables = { INGEST_ADDRESS: `127.0.0.1:${port}`, STORE_ADDRESS: `127.0.0.1:${port}` };
    const led = links.readdress('gateway', variables) as typeof variables;
    links.break('gateway-to-ingest-svc', { kind: 'cut' });
    expect([await read(led.INGEST_ADDRESS), await read(led.STORE_ADDRESS)]).to.deep.equal(['', 'here']);
    links.break('gateway-to-ingest-svc', { kind: 'none' });
    expect(await read(led.INGEST_ADDRESS)).to.equal('here');
  });
});

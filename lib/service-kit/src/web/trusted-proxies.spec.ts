import { isIP } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { readForwarded } from './read-forwarded.ts';
import { TrustedProxies } from './trusted-proxies.ts';

const PEER = '10.0.0.1';
const proxies = new TrustedProxies(['10.0.0.0/8', '192.0.2.9', 'fd00::/8', '2001:db8::5']);

describe('TrustedProxies', () => {
  for (const [address, isTrusted] of [
    ['10.255.0.1', true],
    ['::ffff:10.0.0.1', true],
    ['11.0.0.1', false],
    ['192.0.2.9', true],
    ['192.0.2.8', false],
    ['fd12:3456::1', true],
    ['fd12:3456::1%eth0', true],
    ['2001:db8::5', true],
    ['2001:db8:0:0::0:5', true],
    ['2001:db8::6', false],
    ['', false],
    ['unknown', false],
  ] as const) {
    it(`${isTrusted ? 'trust' : "don't trust"} "${address}"`, () => {
      expect(proxies.trusts(address)).to.equal(isTrusted);
    });
  }

  for (const wrong of ['10.0.0.0/33', 'fd00::/129', '10.0.0', 'proxy.example', '10.0.0.0/', '10.0.0.0/8/8', '/8']) {
    it(`can not be ${wrong}`, () => expect(() => new TrustedProxies([wrong])).to.throw(/^must list addresses/));
  }

  for (const [what, peer, list, address] of [
    ['the client of one proxy', PEER, '203.0.113.7', '203.0.113.7'],
    ['the client of a chain of proxies', PEER, '203.0.113.7, 10.0.0.2, 192.0.2.9', '203.0.113.7'],
    ['no address that the client has made up', PEER, '198.51.100.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['no address that the client has made up as one of a proxy', PEER, '10.0.0.3, 203.0.113.7', '203.0.113.7'],
    ['nothing of whoever is no proxy', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['the farthest one if all are proxies', PEER, '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['the proxy itself without a list', PEER, undefined, PEER],
    ['the proxy itself with an empty list', PEER, '', PEER],
    ['the nearest proxy behind which it is unknown', PEER, '203.0.113.7, unknown, 10.0.0.2', '10.0.0.2'],
    ['a client of IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['a client of IPv6 with its port', 'fd00::1', '[2001:db8::7]:4711, [fd00::2]', '2001:db8::7'],
    ['a client of IPv4 with its port', '::ffff:10.0.0.1', '203.0.113.7:4711', '203.0.113.7'],
    ['a client of IPv4 in IPv6', PEER, '::ffff:203.0.113.7', '203.0.113.7'],
  ] as const) {
    it(`find ${what}`, () => {
      const headers = list === undefined ? {} : { 'x-forwarded-for': list };
      expect(proxies.read(peer, headers).address).to.equal(address);
    });
  }

  for (const [what, forwarded, address] of [
    ['the client', 'for=203.0.113.7', '203.0.113.7'],
    ['the client of a chain', 'for=198.51.100.1, For="203.0.113.7:80";by=x , for="[fd00::2]:443"', '203.0.113.7'],
    ['a client of IPv6', 'proto=https;for="[2001:db8::7]"', '2001:db8::7'],
    ['the proxy itself if its client is hidden', 'for=_hidden', PEER],
    ['the proxy itself if it does not name one', 'proto=https', PEER],
    ['the proxy itself if it can not be read', 'for="203.0.113.7', PEER],
    ['no name that is hidden in a text', 'by="x, for=198.51.100.1";for=203.0.113.7', '203.0.113.7'],
  ] as const) {
    it(`find ${what} in Forwarded`, () => {
      expect(proxies.read(PEER, { forwarded }).address).to.equal(address);
    });
  }

  it('are believed only where both headers say the same, as one may be the client’s', () => {
    const read = (forwarded: string) => proxies.read(PEER, { forwarded, 'x-forwarded-for': '203.0.113.7' }).address;
    expect([read('for=203.0.113.7'), read('for=198.51.100.1')]).to.deep.equal(['203.0.113.7', PEER]);
  });

  it('tell as what they were called, and whether over TLS', () => {
    const read = (headers: object, peer = PEER) => {
      const { hosts, isSecure } = proxies.read(peer, { ...headers });
      return { hosts, isSecure };
    };
    const told = { 'x-forwarded-proto': 'HTTPS', 'x-forwarded-host': 'evil.example, api.example.com' };
    expect(read(told)).to.deep.equal({ hosts: ['api.example.com'], isSecure: true });
    expect(read(told, '203.0.113.7')).to.deep.equal({ hosts: [], isSecure: undefined });
    expect(read({ 'x-forwarded-proto': 'http' }).isSecure).to.equal(false);
    const forwarded = 'host=evil.example, for=203.0.113.7;host=api.example.com;proto=https, for=10.0.0.2;proto=http';
    expect(read({ forwarded })).to.deep.equal({ hosts: ['api.example.com'], isSecure: true });
    expect(read({})).to.deep.equal({ hosts: [], isSecure: undefined });
  });

  const piece = fc.oneof(
    fc.string(),
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('for=', 'For="', '"', ';', ',', '\\', '[', ']', ':80', 'unknown', '10.0.0.2', 'host=', 'proto='),
  );
  const headerText = fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join(''));

  it('find an address, whatever the headers are', () => {
    fc.assert(
      fc.property(headerText, headerText, fc.ipV4(), (list, forwarded, peer) => {
        for (const from of [peer, PEER]) {
          const { address } = proxies.read(from, { 'x-forwarded-for': list, forwarded });
          expect(isIP(address)).to.be.above(0);
          if (!proxies.trusts(from)) expect(address).to.equal(from);
        }
      }),
    );
  });

  it('find the client whatever it has sent itself', () => {
    const client = fc.oneof(fc.ipV4(), fc.ipV6()).filter(address => !proxies.trusts(address) && !/^::/.test(address));
    fc.assert(
      fc.property(headerText, client, fc.boolean(), (sent, address, hasTwo) => {
        const rest = hasTwo ? ', 10.0.0.2' : '';
        expect(proxies.read(PEER, { 'x-forwarded-for': `${sent}, ${address}${rest}` }).address).to.equal(address);
        const added = isIP(address) === 6 ? `for="[${address}]"` : `for=${address}`;
        const found = proxies.read(PEER, { forwarded: `${sent}, ${added}` }).address;
        // What can't be read counts as the proxy's own.
        expect([address, PEER]).to.include(found);
      }),
    );
  });
});

describe('readForwarded', () => {
  it('reads quoted values, and tolerates what lists may hold', () => {
    const read = (header: string) => readForwarded(header).map(element => Object.fromEntries(element));
    expect(read('for=a;BY="b, \\"c\\"; d" ,, proto=https;;')).to.deep.equal([
      { for: 'a', by: 'b, "c"; d' },
      {},
      { proto: 'https' },
    ]);
    for (const broken of ['for="a', 'for=a b', 'for', '=a', 'for=a"b"']) expect(read(broken), broken).to.deep.equal([]);
  });
});

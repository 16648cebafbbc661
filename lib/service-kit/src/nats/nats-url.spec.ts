import { expect } from 'chai';
import { readNatsUrl } from './nats-url.ts';

describe('readNatsUrl', () => {
  it('takes the credentials out of the address, percent-decoded', () => {
    expect(readNatsUrl('nats://probe-svc:p%40ss%3Aw%2Cord@nats.internal:4222')).to.deep.equal({
      servers: ['nats://nats.internal:4222'],
      user: 'probe-svc',
      pass: 'p@ss:w,ord',
      inboxPrefix: '_INBOX.probe-svc',
    });
  });

  it('returns no credentials if the URL has none', () => {
    expect(readNatsUrl('nats://[::1]:4222')).to.deep.equal({ servers: ['nats://[::1]:4222'] });
  });

  it('asks for TLS if the addresses do', () => {
    expect(readNatsUrl('tls://a:4222,tls://b')).to.have.keys('servers', 'tls');
  });

  it('takes the servers of a cluster, with their common credentials', () => {
    expect(readNatsUrl('nats://u:p@a:4222, nats://u:p@b,nats://u:p@[::1]:4223/')).to.deep.equal({
      servers: ['nats://a:4222', 'nats://b', 'nats://[::1]:4223'],
      user: 'u',
      pass: 'p',
      inboxPrefix: '_INBOX.u',
    });
  });

  const wrongUrls: [mistake: string, value: string, message: RegExp][] = [
    ['a password with a bare percent sign', 'nats://u:100%secret@h', /^must .* written as %25$/],
    ['another protocol', 'ws://u:secret@h', /^must be nats:\/\/user:password@host:port \(or tls:\/\/\)/],
    ['no host', 'nats://', /^must be nats:/],
    ['a server without its protocol', 'nats://u:secret@a,b:4222', /address number 2 isn't that$/],
    [
      'TLS for some of the servers',
      'tls://u:secret@a,nats://u:secret@b',
      /^must have tls:\/\/ in all addresses or in none$/,
    ],
    ['a comma at the end', 'nats://u:secret@a,', /address number 2 isn't that$/],
    [
      'another password',
      'nats://u:secret@a,nats://u:secret@b,nats://u:secret3@c',
      /^must have the same .* number 3 differ$/,
    ],
    ['a server without the user', 'nats://u:secret@a,nats://b', /those of address number 2 differ$/],
  ];
  for (const [mistake, value, message] of wrongUrls) {
    it(`says what is wrong with ${mistake}, and shows no password`, () => {
      expect(() => readNatsUrl(value))
        .to.throw(message)
        .with.property('message')
        .not.match(/secret/);
    });
  }
});

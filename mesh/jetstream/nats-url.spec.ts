import { expect } from 'chai';
import { readNatsUrl } from './nats-url.ts';

describe('readNatsUrl', () => {
  it('takes the credentials out of the address, percent-decoded', () => {
    expect(readNatsUrl('nats://probe-svc:p%40ss%3Aword@nats.internal:4222')).deep.equal({
      servers: 'nats://nats.internal:4222',
      user: 'probe-svc',
      pass: 'p@ss:word',
      inboxPrefix: '_INBOX.probe-svc',
    });
  });

  it('asks for no credentials where there are none', () => {
    expect(readNatsUrl('tls://[::1]:4222')).deep.equal({ servers: 'tls://[::1]:4222' });
  });

  it('says how a percent sign is written, and shows no password', () => {
    expect(() => readNatsUrl('nats://u:100%secret@h')).throw(/^NATS_URL is wrong: .*%25\.$/);
  });
});

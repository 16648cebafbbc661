import { expect } from 'chai';
import { readConfig } from './config.ts';

describe('the configuration of the gateway', () => {
  for (const variable of ['REQUEST_TIMEOUT_MS', 'MAX_TIMEOUT_MS']) {
    it(`refuses a ${variable} in which no call could be answered`, () => {
      expect(() => readConfig({ [variable]: '0' })).to.throw(
        `${variable} is wrong: it must be a whole number from 100`,
      );
    });
  }

  it('refuses to accept connections for longer than half of the grace period', () => {
    const env = { SHUTDOWN_GRACE_MS: '2000', LAME_DUCK_MS: '1001' };
    expect(() => readConfig(env)).to.throw(/^LAME_DUCK_MS is wrong: .* to 1000, which is half of SHUTDOWN_GRACE_MS$/);
    expect(readConfig({ ...env, LAME_DUCK_MS: '1000' }).lameDuckMs).to.equal(1_000);
  });

  it('shortens that time by itself where only the grace period is set', () => {
    expect(readConfig({}).lameDuckMs).to.equal(500);
    expect(readConfig({ SHUTDOWN_GRACE_MS: '300' }).lameDuckMs).to.equal(150);
  });

  it('takes addresses and networks as trusted proxies, nothing else', () => {
    const trusted = '10.0.0.0/8, ::1';
    expect(readConfig({ TRUSTED_PROXIES: trusted }).trustedProxies).to.deep.equal(['10.0.0.0/8', '::1']);
    expect(() => readConfig({ TRUSTED_PROXIES: 'proxy.example' })).to.throw(
      'TRUSTED_PROXIES is wrong: it must list addresses and networks',
    );
  });

  it('takes a certificate only with its key', () => {
    expect(readConfig({}).keyPairPaths).to.equal(undefined);
    const both = { TLS_CERT_FILE: '/tls.crt', TLS_KEY_FILE: '/tls.key' };
    expect(readConfig(both).keyPairPaths).to.deep.equal({ certFile: '/tls.crt', keyFile: '/tls.key' });
    expect(() => readConfig({ ...both, TLS_KEY_FILE: '' })).to.throw('TLS_KEY_FILE is required with TLS_CERT_FILE');
    expect(() => readConfig({ ...both, TLS_CERT_FILE: '' })).to.throw('TLS_CERT_FILE is required with TLS_KEY_FILE');
  });
});

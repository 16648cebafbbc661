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
});

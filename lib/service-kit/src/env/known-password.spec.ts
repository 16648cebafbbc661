import { expect } from 'chai';
import { isKnownPassword } from './known-password.ts';

describe('isKnownPassword', () => {
  for (const [user, password, hostnames, expected] of [
    ['probe-svc', 'probe-svc', ['nats'], true],
    ['probe-svc', 'probe-svc', ['127.0.0.1', '10.0.0.7'], true],
    ['probe-svc', 'secret', ['nats'], false],
    ['probe-svc', 'probe-svc', ['127.0.0.1', 'localhost', '[::1]'], false],
    [undefined, undefined, ['nats'], false],
  ] as const) {
    it(`says ${expected} of ${user}:${password} at ${hostnames.join(', ')}`, () => {
      expect(isKnownPassword({ user, password, hostnames })).to.equal(expected);
    });
  }
});

import { expect } from 'chai';
import { callerOf } from './caller.ts';

describe('callerOf', () => {
  for (const [address, caller] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    [undefined, ''],
  ] as const) {
    it(`takes ${address} as ${JSON.stringify(caller)}`, () => expect(callerOf(address)).to.equal(caller));
  }
});

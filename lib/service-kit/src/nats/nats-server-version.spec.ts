import { expect } from 'chai';
import { isFitNatsServer, parseNatsServerVersion } from './nats-server-version.mjs';

describe('the version of a nats-server', () => {
  for (const text of ['nats-server: v2.10.27', 'nats-server: v2.10.27\n', '2.10.27']) {
    it(`is read from ${JSON.stringify(text)}`, () => expect(parseNatsServerVersion(text)).to.equal('2.10.27'));
  }

  it('is absent if the program prints none', () => expect(parseNatsServerVersion('unknown flag')).to.equal(undefined));

  for (const version of ['2.10.27', '2.10.28', '2.11.0', '2.15.1', '3.0.0', '2.11.0-RC.1']) {
    it(`${version} is fit`, () => expect(isFitNatsServer(version)).to.equal(true));
  }

  for (const version of ['2.9.10', '2.10.26', '2.10.27-RC.1', '1.99.99', '2.2.100']) {
    it(`${version} is unfit`, () => expect(isFitNatsServer(version)).to.equal(false));
  }
});

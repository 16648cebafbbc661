import { expect } from 'chai';
import { parseDebianOptions, SUITES } from './debian-options.ts';

describe('parseDebianOptions', () => {
  it('takes all suites unless some are named', () => {
    expect(parseDebianOptions([])).to.deep.equal({ suites: SUITES, valuesOnly: false });
    expect(parseDebianOptions(['--values', 'sid'])).to.deep.equal({ suites: ['sid'], valuesOnly: true });
  });

  it('refuses a suite and an option that it does not know', () => {
    expect(parseDebianOptions(['buster'])).to.equal(undefined);
    expect(parseDebianOptions(['--fast'])).to.equal(undefined);
  });
});

import { expect } from 'chai';
import { buildAddonVariant } from '../test/addon-variant.ts';
import { stressSanitizedAddon } from '../test/run-sanitized.ts';

describe('the addon under AddressSanitizer, UBSan and LeakSanitizer', () => {
  before(function () {
    this.timeout(900_000);
    buildAddonVariant('sanitized');
  });

  it('leaks nothing and touches nothing that is not its own, however probes end', () => {
    expect(stressSanitizedAddon('1')).to.deep.equal({ exitCode: 0, signal: null, report: '' });
  });

  it('lets the process exit while probes run', () => {
    const run = stressSanitizedAddon('0', '--exit-while-running');
    expect(run).to.deep.equal({ exitCode: 7, signal: null, report: '' });
  });
});

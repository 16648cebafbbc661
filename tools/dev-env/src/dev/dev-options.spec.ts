import { expect } from 'chai';
import { parseDevOptions } from './dev-options.ts';

describe('parseDevOptions', () => {
  it('gives each inspected service a port of its own, the first the one that debuggers expect', () => {
    const { inspectorPorts } = parseDevOptions(['--inspect', 'probe-svc', '--inspect=gateway']);
    expect([...inspectorPorts]).to.deep.equal([
      ['probe-svc', 9229],
      ['gateway', 9230],
    ]);
  });

  for (const args of [['--inspect', 'probe'], ['--inspect'], ['now']]) {
    it(`shows the usage for ${args.join(' ')}`, () => {
      expect(() => parseDevOptions(args)).to.throw(/Usage: npm run dev/);
    });
  }
});

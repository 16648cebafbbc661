import { expect } from 'chai';
import { parseStartOptions } from './start-options.ts';

describe('parseStartOptions', () => {
  it('reads replicas of several services', () => {
    const args = ['--once', '--replicas', 'probe-svc=2', '--replicas=store-svc=3'];
    expect(parseStartOptions(args)).to.deep.equal({
      once: true,
      help: false,
      replicas: { 'probe-svc': 2, 'store-svc': 3 },
    });
  });

  for (const args of [['--twice'], ['now'], ['--replicas', 'probe=2'], ['--replicas', 'probe-svc=0'], ['--replicas']]) {
    it(`shows the usage for ${args.join(' ')}`, () => {
      expect(() => parseStartOptions(args)).to.throw(/Usage: npm start/);
    });
  }
});

import { WrongUsageError } from '@vigie/dev-env/command-line';
import { expect } from 'chai';
import { parseChaosOptions } from './chaos-options.ts';
import { FAULT_KINDS } from './faults/fault-kinds.ts';

describe('parseChaosOptions', () => {
  it('breaks everything for three minutes by default, with a seed that is another each time', () => {
    const options = parseChaosOptions([]);
    expect(options).to.include({
      lanes: 3,
      alertsPerSecond: 40,
      recoveryLimitMs: 60_000,
      sabotage: undefined,
      cluster: false,
    });
    expect(options.duration).to.deep.equal({ minutes: 3 });
    expect(options.kinds).to.equal(FAULT_KINDS);
    expect(options.seed).to.not.equal(parseChaosOptions([]).seed);
  });

  it('takes minutes, seed, lanes, rate, a recovery limit, kinds and a sabotage', () => {
    const args =
      '--minutes 0.5 --seed 42 --lanes 1 --rate 10 --recovery-limit 15 --faults kill-nats,link-cut --sabotage ack-first'.split(
        ' ',
      );
    const { kinds, ...rest } = parseChaosOptions(args);
    expect(rest).to.deep.equal({
      duration: { minutes: 0.5 },
      seed: 42,
      lanes: 1,
      alertsPerSecond: 10,
      recoveryLimitMs: 15_000,
      sabotage: 'ack-first',
      cluster: false,
    });
    expect(kinds.map(({ kind }) => kind)).to.deep.equal(['kill-nats', 'link-cut']);
  });

  it('takes rounds instead of minutes', () => {
    expect(parseChaosOptions(['--rounds', '2']).duration).to.deep.equal({ rounds: 2 });
  });

  it('breaks the three servers of a cluster instead of the one nats-server', () => {
    const { cluster, kinds, recoveryLimitMs } = parseChaosOptions(['--cluster']);
    expect({ cluster, recoveryLimitMs }).to.deep.equal({ cluster: true, recoveryLimitMs: 180_000 });
    expect(kinds.map(({ kind }) => kind))
      .to.include.members(['cluster-kill-two', 'cluster-disk-lost', 'kill-probe-svc', 'link-cut'])
      .and.not.include('kill-nats');
    expect(parseChaosOptions(['--cluster', '--faults', 'cluster-partition']).kinds).to.have.length(1);
  });

  for (const args of [
    ['--minutes', '0'],
    ['--rounds', '0.5'],
    ['--minutes', '1', '--rounds', '1'],
    ['--minutes', 'long'],
    ['--seed', '1.5'],
    ['--lanes', ''],
    ['--faults', 'kill-nats,kill-me'],
    ['--faults', 'cluster-kill-two'],
    ['--cluster', '--faults', 'kill-nats'],
    ['--sabotage', 'unheard-of'],
    ['--loud'],
    ['now'],
  ]) {
    it(`does not take ${args.join(' ')}`, () => {
      expect(() => parseChaosOptions(args)).to.throw(WrongUsageError);
    });
  }
});

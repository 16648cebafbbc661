import { expect } from 'chai';
import { findQuorumProblem } from './stream-quorum.ts';

const follower = (activeMs: number, offline = false) => ({
  name: 'b',
  current: true,
  active: activeMs * 1e6,
  lag: 0,
  offline,
});

describe('findQuorumProblem', () => {
  it('finds nothing wrong with a single server, or with a stream of one replica', () => {
    expect(findQuorumProblem(undefined)).to.equal(undefined);
    expect(findQuorumProblem({ name: 'vigie', leader: 'a' })).to.equal(undefined);
  });

  it('finds nothing wrong as long as a majority answers', () => {
    expect(findQuorumProblem({ leader: 'a', replicas: [follower(1_900), follower(60_000)] })).to.equal(undefined);
    expect(findQuorumProblem({ leader: 'a', replicas: [follower(1_900), follower(1_900, true)] })).to.equal(undefined);
  });

  it('reports a leader that hears from too few replicas', () => {
    const message = 'has no majority: only 1 of its 3 replicas answer';
    expect(findQuorumProblem({ leader: 'a', replicas: [follower(5_100), follower(60_000)] })).to.equal(message);
    expect(findQuorumProblem({ leader: 'a', replicas: [follower(100, true), follower(100, true)] })).to.equal(message);
    expect(findQuorumProblem({ leader: 'a', replicas: [follower(60_000)] })).to.match(/only 1 of its 2/);
  });

  it('reports that there is no leader during an election', () => {
    expect(findQuorumProblem({ leader: '', replicas: [follower(100), follower(100)] })).to.equal('has no leader');
  });
});

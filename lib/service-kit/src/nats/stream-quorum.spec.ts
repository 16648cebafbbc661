import { expect } from 'chai';
import { findQuorumFault } from './stream-quorum.ts';

const follower = (activeMs: number, offline = false) => ({
  name: 'b',
  current: true,
  active: activeMs * 1e6,
  lag: 0,
  offline,
});

describe('findQuorumFault', () => {
  it('is content with a server of its own, and with a stream of one replica', () => {
    expect(findQuorumFault(undefined)).to.equal(undefined);
    expect(findQuorumFault({ name: 'vigie', leader: 'a' })).to.equal(undefined);
  });

  it('is content as long as a majority answers', () => {
    expect(findQuorumFault({ leader: 'a', replicas: [follower(1_900), follower(60_000)] })).to.equal(undefined);
    expect(findQuorumFault({ leader: 'a', replicas: [follower(1_900), follower(1_900, true)] })).to.equal(undefined);
  });

  it('tells of a leader that hears from too few', () => {
    const message = 'has no majority: only 1 of its 3 replicas answer';
    expect(findQuorumFault({ leader: 'a', replicas: [follower(5_100), follower(60_000)] })).to.equal(message);
    expect(findQuorumFault({ leader: 'a', replicas: [follower(100, true), follower(100, true)] })).to.equal(message);
    expect(findQuorumFault({ leader: 'a', replicas: [follower(60_000)] })).to.match(/only 1 of its 2/);
  });

  it('tells of an election', () => {
    expect(findQuorumFault({ leader: '', replicas: [follower(100), follower(100)] })).to.equal('has no leader');
  });
});

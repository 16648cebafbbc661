import { expect } from 'chai';
import { type Stay, WaitingRoom } from './waiting-room.ts';

describe('WaitingRoom', () => {
  let nowMs: number;
  let room: WaitingRoom;

  beforeEach(() => {
    nowMs = 0;
    room = new WaitingRoom(10, () => nowMs);
  });

  const enter = (store: string, count: number): Stay[] => Array.from({ length: count }, () => room.enter(store));
  const crowding = (stays: readonly Stay[]) => stays.map(stay => stay.isCrowdingOut());

  it('lets a store that is merely busy fill the room', () => {
    const stays = enter('busy', 10);
    for (const stay of stays) {
      const probe = stay.beginProbe();
      nowMs += 100;
      probe[Symbol.dispose]();
    }
    expect(crowding(stays)).to.not.include(true);
  });

  it('has a slow store go until it has no more alerts here than there is room left', () => {
    const stays = enter('slow', 10);
    stays[0]?.beginProbe();
    nowMs += 2_001;
    let gone = 0;
    for (const stay of stays.slice(1)) {
      if (!stay.isCrowdingOut()) continue;
      stay[Symbol.dispose]();
      gone++;
    }
    expect(gone).to.equal(5);
    expect(room.enter('slow').isCrowdingOut()).to.equal(true);
  });

  it('has nobody else go for it', () => {
    enter('slow', 9)[0]?.beginProbe();
    nowMs += 60_000;
    expect(room.enter('other').isCrowdingOut()).to.equal(false);
  });

  it('remembers that a store was slow while its next probes are young, and forgets it as they get faster', () => {
    const stays = enter('hanging', 10);
    const last = stays.at(-1) as Stay;
    const probe = (tookMs: number) => {
      using _ = last.beginProbe();
      nowMs += tookMs;
    };
    for (let i = 0; i < 4; i++) probe(15_000);
    expect(last.isCrowdingOut()).to.equal(true);
    let probes = 0;
    for (; last.isCrowdingOut(); probes++) probe(5);
    expect(probes).to.be.within(5, 20);
  });

  it('forgets a store that has left', () => {
    const [stay, ...others] = enter('slow', 10) as [Stay, ...Stay[]];
    for (let i = 0; i < 8; i++) {
      using _ = stay.beginProbe();
      nowMs += 15_000;
    }
    expect(stay.isCrowdingOut()).to.equal(true);
    for (const leaving of [stay, ...others]) leaving[Symbol.dispose]();
    expect(crowding(enter('slow', 10))).to.not.include(true);
  });
});

import { expect } from 'chai';
import { FairSlots } from '../domain/fair-slots.ts';
import { WaitingRoom } from '../domain/waiting-room.ts';
import { deliveryOf } from '../testing/delivery-of.ts';
import { eventually } from '../testing/eventually.ts';
import type { ProbeAlert, ProbedAlert } from './probe-alert.ts';
import { createProbeInTurn } from './probe-in-turn.ts';

const report = {
  finding: { kind: 'failure', failure: { code: 'VIDEO_UNREACHABLE', message: 'why' } },
  bytesRead: 0,
  requests: 1,
  elapsedMs: 1,
  diagnostics: [],
} as const;
const probed: ProbedAlert = { kind: 'retry', failure: report.finding.failure, delayMs: 1, report };

const of = (store: string, attempts = 1) => deliveryOf({ alert: { ...deliveryOf().alert, store }, attempts });

describe('probeInTurn', () => {
  let nowMs: number;
  let slots: FairSlots;
  let room: WaitingRoom;
  /** Ends all probes of the store `slow`. */
  let release: () => void;
  let probeInTurn: ReturnType<typeof createProbeInTurn>;

  beforeEach(() => {
    nowMs = 0;
    slots = new FairSlots(4);
    room = new WaitingRoom(8, () => nowMs);
    const released = Promise.withResolvers<void>();
    release = released.resolve;
    const probeAlert: ProbeAlert = async ({ alert }) => {
      if (alert.store === 'slow') await released.promise;
      return probed;
    };
    probeInTurn = createProbeInTurn({ probeAlert, slots, room });
  });

  const all = (store: string, count: number) => Array.from({ length: count }, () => probeInTurn(of(store)));

  const probesBegun = () => new Promise(resolve => setImmediate(resolve));

  it('probes alerts of other stores while one store waits for its slow videos', async () => {
    const slow = all('slow', 5);
    expect(await Promise.all(all('other', 3))).to.deep.equal([probed, probed, probed]);
    release();
    expect(await Promise.all(slow)).to.deep.equal(slow.map(() => probed));
    expect(slots.freeCount).to.equal(4);
  });

  it('puts off what waits for a store that turns out to be slow, until others have room', async () => {
    const kinds: string[] = [];
    for (const probing of all('slow', 8)) void probing.then(({ kind }) => kinds.push(kind));
    await probesBegun();
    nowMs += 3_000;
    await eventually(() => expect(kinds).to.deep.equal(['put-off', 'put-off', 'put-off', 'put-off']));
    expect(await probeInTurn(of('other'))).to.equal(probed);
    release();
    await eventually(() => expect(kinds).to.have.lengthOf(8));
    expect(slots.freeCount).to.equal(4);
  });

  it('puts off for some seconds, longer each time, and not all for the same', async () => {
    for (const _ of all('slow', 6)) void _;
    await probesBegun();
    nowMs += 3_000;
    const delayOf = async (attempts: number) => {
      const put = await probeInTurn(of('slow', attempts));
      return put.kind === 'put-off' ? put.delayMs : undefined;
    };
    expect(await delayOf(1)).to.be.within(1_600, 2_400);
    expect(await delayOf(3)).to.be.within(6_400, 9_600);
    expect(await delayOf(1_000)).to.be.within(48_000, 72_000);
    release();
  });

  it('ends at once with the reason of an abort, and gives its place back', async () => {
    const stop = new AbortController();
    const slow = all('slow', 2);
    const waiting = probeInTurn(of('slow'), stop.signal).catch(error => error);
    stop.abort('stopping');
    expect(await waiting).to.equal('stopping');
    expect(await probeInTurn(of('slow'), stop.signal).catch(error => error)).to.equal('stopping');
    release();
    await Promise.all(slow);
    expect(slots.freeCount).to.equal(4);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { FairSlots } from './fair-slots.ts';

const turn = () => new Promise(resolve => setImmediate(resolve));
const free = (place: Disposable | undefined) => place?.[Symbol.dispose]();

/** Parties that take, wait, leave and free, as told; remembers who was served in which order. */
class Crowd {
  readonly slots: FairSlots;
  readonly held: { readonly party: string; readonly place: Disposable }[] = [];
  readonly waiting: { readonly party: string; readonly leave: AbortController }[] = [];
  readonly served: string[] = [];
  #most = 0;

  constructor(count: number) {
    this.slots = new FairSlots(count);
  }

  /** Most places that were ever held at once. */
  get most(): number {
    return this.#most;
  }

  async ask(party: string): Promise<void> {
    const asking = { party, leave: new AbortController() };
    this.waiting.push(asking);
    void this.slots.take(party, asking.leave.signal).then(
      place => {
        this.waiting.splice(this.waiting.indexOf(asking), 1);
        this.held.push({ party, place });
        this.served.push(party);
        this.#most = Math.max(this.#most, this.held.length);
      },
      () => {},
    );
    await turn();
  }

  async free(index: number): Promise<void> {
    free(this.held.splice(index % this.held.length, 1)[0]?.place);
    await turn();
  }

  async leave(index: number): Promise<void> {
    this.waiting.splice(index % this.waiting.length, 1)[0]?.leave.abort();
    await turn();
  }
}

type Step = { readonly kind: 'ask' | 'free' | 'leave'; readonly pick: number };
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('ask' as const, 'ask' as const, 'free' as const, 'leave' as const),
  pick: fc.nat(30),
});
const PARTIES = ['a', 'b', 'c', 'd', 'e'];

async function play(count: number, steps: readonly Step[], afterEach: (crowd: Crowd) => void): Promise<Crowd> {
  const crowd = new Crowd(count);
  for (const { kind, pick } of steps) {
    if (kind === 'ask') await crowd.ask(PARTIES[pick % PARTIES.length] as string);
    else if (kind === 'free' && crowd.held.length > 0) await crowd.free(pick);
    else if (kind === 'leave' && crowd.waiting.length > 0) await crowd.leave(pick);
    afterEach(crowd);
  }
  return crowd;
}

describe('FairSlots', () => {
  it('gives a party that is alone half of the places, and the next one half of the rest', () => {
    const slots = new FairSlots(8);
    const take = (party: string) => {
      while (slots.tryTake(party) !== undefined);
      return slots.heldBy(party);
    };
    expect(['a', 'b', 'c'].map(take)).to.deep.equal([4, 2, 1]);
    expect(slots.freeCount).to.equal(1);
  });

  it('serves those that wait in turn, whatever order they asked in', async () => {
    const crowd = new Crowd(2);
    await crowd.ask('a');
    await crowd.ask('z');
    for (const party of ['a', 'a', 'a', 'b', 'b', 'c']) await crowd.ask(party);
    for (let i = 0; i < 8; i++) await crowd.free(0);
    expect(crowd.served.join('')).to.equal('azabcaba');
  });

  it('rejects with the reason of an abort, before and while it waits', async () => {
    const slots = new FairSlots(1);
    const place = await slots.take('a');
    const caller = new AbortController();
    const waiting = slots.take('a', caller.signal).catch(error => error);
    caller.abort('gone');
    expect(await waiting).to.equal('gone');
    expect(await slots.take('b', caller.signal).catch(error => error)).to.equal('gone');
    free(place);
    expect(slots.freeCount).to.equal(1);
  });

  it('frees a place once, however often it is let go', async () => {
    const slots = new FairSlots(2);
    const place = await slots.take('a');
    free(place);
    free(place);
    expect(slots.freeCount).to.equal(2);
  });

  it('gives out each place once, to nobody who waits while it is free for them, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 60 }), async (count, steps) => {
        const crowd = await play(count, steps, ({ slots, held, waiting }) => {
          expect(slots.freeCount).to.equal(count - held.length);
          for (const { party } of waiting) expect(slots.heldBy(party)).to.be.at.least(slots.freeCount);
        });
        expect(crowd.most).to.be.at.most(count);
        while (crowd.waiting.length > 0) await crowd.leave(0);
        while (crowd.held.length > 0) await crowd.free(0);
        expect(crowd.slots.freeCount).to.equal(count);
        for (const party of PARTIES) expect(crowd.slots.heldBy(party)).to.equal(0);
      }),
    );
  });

  it('lets no party starve: one that holds nothing is served before any other is twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 60 }), async (count, steps) => {
        const crowd = await play(count, steps, () => {});
        const poor = crowd.waiting.find(({ party }) => crowd.slots.heldBy(party) === 0)?.party;
        if (poor === undefined) return;
        crowd.served.length = 0;
        while (!crowd.served.includes(poor)) await crowd.free(0);
        const meanwhile = crowd.served.slice(0, crowd.served.indexOf(poor));
        expect(new Set(meanwhile).size, `${meanwhile} before ${poor}`).to.equal(meanwhile.length);
      }),
    );
  });

  it('serves all that wait once the places are freed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 60 }), async (count, steps) => {
        const crowd = await play(count, steps, () => {});
        while (crowd.held.length > 0) await crowd.free(0);
        expect(crowd.waiting).to.deep.equal([]);
      }),
    );
  });
});

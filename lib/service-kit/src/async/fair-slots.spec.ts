import { expect } from 'chai';
import fc from 'fast-check';
import { FairSlots } from './fair-slots.ts';

const turn = () => new Promise(resolve => setImmediate(resolve));
const free = (slot: Disposable | undefined) => slot?.[Symbol.dispose]();

/** Tenants that take, wait, leave and free as instructed; remembers who was served in which order. */
class Tenants {
  readonly slots: FairSlots;
  readonly held: { readonly tenant: string; readonly slot: Disposable }[] = [];
  readonly waiting: { readonly tenant: string; readonly leave: AbortController }[] = [];
  readonly served: string[] = [];
  count: number;
  #most = 0;

  constructor(count: number) {
    this.count = count;
    this.slots = new FairSlots(count);
  }

  /** Most slots that were ever held at once. */
  get most(): number {
    return this.#most;
  }

  async ask(tenant: string): Promise<void> {
    const asking = { tenant, leave: new AbortController() };
    this.waiting.push(asking);
    void this.slots.take(tenant, asking.leave.signal).then(
      slot => {
        this.waiting.splice(this.waiting.indexOf(asking), 1);
        this.held.push({ tenant, slot });
        this.served.push(tenant);
        this.#most = Math.max(this.#most, this.held.length);
      },
      () => {},
    );
    await turn();
  }

  async free(index: number): Promise<void> {
    free(this.held.splice(index % this.held.length, 1)[0]?.slot);
    await turn();
  }

  async resize(count: number): Promise<void> {
    this.count = count;
    this.slots.resize(count);
    await turn();
  }

  async leave(index: number): Promise<void> {
    this.waiting.splice(index % this.waiting.length, 1)[0]?.leave.abort();
    await turn();
  }
}

type Step = { readonly kind: 'ask' | 'free' | 'leave' | 'resize'; readonly pick: number };
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('ask' as const, 'ask' as const, 'free' as const, 'leave' as const, 'resize' as const),
  pick: fc.nat(30),
});
const MOST_SLOTS = 8;
const TENANTS = ['a', 'b', 'c', 'd', 'e'];

async function play(count: number, steps: readonly Step[], afterEach: (tenants: Tenants) => void): Promise<Tenants> {
  const tenants = new Tenants(count);
  for (const { kind, pick } of steps) {
    if (kind === 'ask') await tenants.ask(TENANTS[pick % TENANTS.length] as string);
    else if (kind === 'free' && tenants.held.length > 0) await tenants.free(pick);
    else if (kind === 'leave' && tenants.waiting.length > 0) await tenants.leave(pick);
    else if (kind === 'resize') await tenants.resize(1 + (pick % MOST_SLOTS));
    afterEach(tenants);
  }
  return tenants;
}

describe('FairSlots', () => {
  it('gives a tenant that is alone half of the slots, and the next one half of the rest', () => {
    const slots = new FairSlots(8);
    const take = (tenant: string) => {
      while (slots.tryTake(tenant) !== undefined);
      return slots.heldBy(tenant);
    };
    expect(['a', 'b', 'c'].map(take)).to.deep.equal([4, 2, 1]);
    expect(slots.freeCount).to.equal(1);
  });

  it('serves those that wait in turn, whatever order they asked in', async () => {
    const tenants = new Tenants(2);
    await tenants.ask('a');
    await tenants.ask('z');
    for (const tenant of ['a', 'a', 'a', 'b', 'b', 'c']) await tenants.ask(tenant);
    for (let i = 0; i < 8; i++) await tenants.free(0);
    expect(tenants.served.join('')).to.equal('azabcaba');
  });

  it('rejects with the reason of an abort, before and while it waits', async () => {
    const slots = new FairSlots(1);
    const slot = await slots.take('a');
    const caller = new AbortController();
    const waiting = slots.take('a', caller.signal).catch(error => error);
    caller.abort('gone');
    expect(await waiting).to.equal('gone');
    expect(await slots.take('b', caller.signal).catch(error => error)).to.equal('gone');
    free(slot);
    expect(slots.freeCount).to.equal(1);
  });

  it('frees a slot once, however often it is disposed of', async () => {
    const slots = new FairSlots(2);
    const slot = await slots.take('a');
    free(slot);
    free(slot);
    expect(slots.freeCount).to.equal(2);
  });

  it('gives out each slot once, to nobody who waits while it is free for them, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: MOST_SLOTS }),
        fc.array(step, { maxLength: 60 }),
        async (count, steps) => {
          const tenants = await play(count, steps, ({ slots, held, waiting, count }) => {
            expect(slots.freeCount).to.equal(count - held.length);
            for (const { tenant } of waiting) expect(slots.heldBy(tenant)).to.be.at.least(slots.freeCount);
          });
          expect(tenants.most).to.be.at.most(MOST_SLOTS);
          while (tenants.waiting.length > 0) await tenants.leave(0);
          while (tenants.held.length > 0) await tenants.free(0);
          expect(tenants.slots.freeCount).to.equal(tenants.count);
          for (const tenant of TENANTS) expect(tenants.slots.heldBy(tenant)).to.equal(0);
        },
      ),
    );
  });

  it('lets no tenant starve: one that holds nothing is served before any other is twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 60 }), async (count, steps) => {
        const tenants = await play(count, steps, () => {});
        const poor = tenants.waiting.find(({ tenant }) => tenants.slots.heldBy(tenant) === 0)?.tenant;
        if (poor === undefined) return;
        tenants.served.length = 0;
        while (!tenants.served.includes(poor)) await tenants.free(0);
        const meanwhile = tenants.served.slice(0, tenants.served.indexOf(poor));
        expect(new Set(meanwhile).size, `${meanwhile} before ${poor}`).to.equal(meanwhile.length);
      }),
    );
  });

  it('serves all that wait once the slots are freed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 60 }), async (count, steps) => {
        const tenants = await play(count, steps, () => {});
        while (tenants.held.length > 0) await tenants.free(0);
        expect(tenants.waiting).to.deep.equal([]);
      }),
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { planTrim } from './plan-trim.ts';
import type { StreamState } from './stream-state.ts';

const NAMES = ['record', 'probe', 'watcher-1', 'watcher-2', 'abandoned'];

/** A stream of at most 60 messages, its consumers wherever they are, and how far it is old. */
const situation = fc
  .record({ firstSequence: fc.integer({ min: 1, max: 1_000 }), messages: fc.integer({ min: 0, max: 60 }) })
  .chain(({ firstSequence, messages }) => {
    const lastSequence = firstSequence + messages - 1;
    const progress = fc.record({
      name: fc.constantFrom(...NAMES),
      finishedThrough: fc.integer({ min: 0, max: lastSequence }),
      isDurable: fc.boolean(),
      hasUnfinished: fc.boolean(),
    });
    return fc.record({
      state: fc.record({
        name: fc.constant('ALERTS'),
        firstSequence: fc.constant(firstSequence),
        lastSequence: fc.constant(lastSequence),
        messages: fc.constant(messages),
        bytes: fc.constant(messages * 600),
        maxBytes: fc.constant(100_000),
        serverTime: fc.constant(new Date(0)),
        consumers: fc.uniqueArray(progress, { selector: ({ name }) => name }),
      }),
      windowStart: fc.integer({ min: firstSequence, max: lastSequence + 1 }),
      awaited: fc.subarray(['record', 'probe', 'abandoned']),
    });
  });

const isFinished = ({ consumers }: StreamState, awaited: readonly string[], sequence: number) =>
  consumers.filter(({ name }) => awaited.includes(name)).every(({ finishedThrough }) => finishedThrough >= sequence);
const names = ({ consumers }: StreamState) => consumers.map(({ name }) => name);

describe('planTrim', () => {
  it('never trims a message that an awaited consumer has not finished', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, awaited }) => {
        const { keepFrom } = planTrim(state, windowStart, awaited);
        for (let seq = state.firstSequence; seq < keepFrom; seq++)
          expect(isFinished(state, awaited, seq)).to.equal(true);
      }),
    );
  });

  it('never trims a message within the replay window, nor one that is yet to come', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, awaited }) => {
        const { keepFrom } = planTrim(state, windowStart, awaited);
        expect(keepFrom)
          .to.most(Math.max(windowStart, state.firstSequence))
          .and.most(state.lastSequence + 1);
      }),
    );
  });

  it('trims nothing while an awaited consumer is missing, and names it', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, awaited }) => {
        const missing = awaited.filter(name => !names(state).includes(name));
        fc.pre(missing.length > 0);
        expect(planTrim(state, windowStart, awaited)).to.deep.include({ keepFrom: state.firstSequence, missing });
      }),
    );
  });

  it('leaves nothing that is old and finished by all that are awaited, wherever the others are', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, awaited }) => {
        fc.pre(awaited.every(name => names(state).includes(name)));
        const { keepFrom } = planTrim(state, windowStart, awaited);
        if (keepFrom <= state.lastSequence)
          expect(keepFrom >= windowStart || !isFinished(state, awaited, keepFrom)).to.equal(true);
      }),
    );
  });

  it('names those that hold old messages back, the slowest first', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, awaited }) => {
        const { lagging } = planTrim(state, windowStart, awaited);
        const late = state.consumers.filter(({ name, finishedThrough }) => {
          const firstOpen = Math.max(state.firstSequence, finishedThrough + 1);
          return awaited.includes(name) && firstOpen < windowStart;
        });
        expect(lagging.map(({ name }) => name)).to.have.members(late.map(({ name }) => name));
        const counts = lagging.map(({ oldMessages }) => oldMessages);
        expect(counts).to.deep.equal(counts.toSorted((a, b) => b - a));
      }),
    );
  });

  it('names the durable consumers that nobody waits for and that miss what is trimmed', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, awaited }) => {
        const { keepFrom, overtaken } = planTrim(state, windowStart, awaited);
        for (const { name, finishedThrough, isDurable, hasUnfinished } of state.consumers) {
          const missesSome = Math.max(state.firstSequence, finishedThrough + 1) < keepFrom;
          const isNamed = isDurable && hasUnfinished && missesSome && !awaited.includes(name);
          expect(overtaken.includes(name)).to.equal(isNamed);
        }
      }),
    );
  });
});

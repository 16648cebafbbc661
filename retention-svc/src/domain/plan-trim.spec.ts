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
      required: fc.subarray(['record', 'probe']),
    });
  });

const isFinished = ({ consumers }: StreamState, sequence: number) =>
  consumers.every(({ finishedThrough }) => finishedThrough >= sequence);
const names = ({ consumers }: StreamState) => consumers.map(({ name }) => name);

describe('planTrim', () => {
  it('never trims a message that a consumer has not finished', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, required }) => {
        const { keepFrom } = planTrim(state, windowStart, required);
        for (let seq = state.firstSequence; seq < keepFrom; seq++) expect(isFinished(state, seq)).to.equal(true);
      }),
    );
  });

  it('never trims a message within the replay window, nor one that is yet to come', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, required }) => {
        const { keepFrom } = planTrim(state, windowStart, required);
        expect(keepFrom)
          .to.most(Math.max(windowStart, state.firstSequence))
          .and.most(state.lastSequence + 1);
      }),
    );
  });

  it('trims nothing while a required consumer is missing, and names it', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, required }) => {
        const missing = required.filter(name => !names(state).includes(name));
        fc.pre(missing.length > 0);
        expect(planTrim(state, windowStart, required)).to.deep.include({ keepFrom: state.firstSequence, missing });
      }),
    );
  });

  it('leaves nothing that is finished by all and old', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, required }) => {
        fc.pre(required.every(name => names(state).includes(name)));
        const { keepFrom } = planTrim(state, windowStart, required);
        if (keepFrom <= state.lastSequence)
          expect(keepFrom >= windowStart || !isFinished(state, keepFrom)).to.equal(true);
      }),
    );
  });

  it('names those that hold old messages back, the slowest first', () => {
    fc.assert(
      fc.property(situation, ({ state, windowStart, required }) => {
        const { lagging } = planTrim(state, windowStart, required);
        const late = state.consumers.filter(({ finishedThrough }) => {
          const firstOpen = Math.max(state.firstSequence, finishedThrough + 1);
          return firstOpen < windowStart;
        });
        expect(lagging.map(({ name }) => name)).to.have.members(late.map(({ name }) => name));
        const counts = lagging.map(({ oldMessages }) => oldMessages);
        expect(counts).to.deep.equal(counts.toSorted((a, b) => b - a));
      }),
    );
  });
});

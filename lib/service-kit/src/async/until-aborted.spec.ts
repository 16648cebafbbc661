import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { untilAborted } from './until-aborted.ts';

async function* yieldThenWait(items: readonly number[], rest: Promise<void>): AsyncIterable<number> {
  yield* items;
  await rest;
}

describe('untilAborted', () => {
  it('yields the items to their own end', async () => {
    const { signal } = new AbortController();
    const { items, wasCut } = untilAborted(yieldThenWait([1, 2], Promise.resolve()), signal);
    expect(await Array.fromAsync(items)).to.deep.equal([1, 2]);
    expect(wasCut()).to.equal(false);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('ends while it waits for an item when the signal aborts, and says so', async () => {
    const stopping = new AbortController();
    const { items, wasCut } = untilAborted(yieldThenWait([1, 2], new Promise(() => {})), stopping.signal);
    const seen: number[] = [];
    for await (const item of items) {
      seen.push(item);
      if (item === 2) setImmediate(() => stopping.abort());
    }
    expect(seen).to.deep.equal([1, 2]);
    expect(wasCut()).to.equal(true);
  });

  it('ends when the signal aborts while its reader is busy with an item', async () => {
    const stopping = new AbortController();
    const { items, wasCut } = untilAborted(yieldThenWait([1], new Promise(() => {})), stopping.signal);
    for await (const _ of items) stopping.abort();
    expect(wasCut()).to.equal(true);
  });

  it('yields nothing once the signal has aborted', async () => {
    const { items, wasCut } = untilAborted(yieldThenWait([1], Promise.resolve()), AbortSignal.abort());
    expect(await Array.fromAsync(items)).to.deep.equal([]);
    expect(wasCut()).to.equal(true);
  });

  it("throws the items' own error", async () => {
    const failure = new Error('the items are gone');
    const { items } = untilAborted(yieldThenWait([1], Promise.reject(failure)), new AbortController().signal);
    expect(await Array.fromAsync(items).catch((error: unknown) => error)).to.equal(failure);
  });
});

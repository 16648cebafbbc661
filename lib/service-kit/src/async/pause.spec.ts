import { expect } from 'chai';
import { pause } from './pause.ts';

describe('pause', () => {
  it('lasts as long as asked', async () => {
    const startedAt = performance.now();
    await pause(20);
    // Timers count in whole milliseconds.
    expect(performance.now() - startedAt).to.be.at.least(19);
  });

  it('ends when its signal aborts', async () => {
    const stopping = new AbortController();
    const paused = pause(60_000, stopping.signal);
    stopping.abort();
    await paused;
    await pause(60_000, stopping.signal);
  });
});

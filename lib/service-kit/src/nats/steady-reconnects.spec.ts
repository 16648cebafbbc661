import type { Server } from '@nats-io/transport-node';
import { expect } from 'chai';
import { steadyReconnects } from './steady-reconnects.ts';

const WAIT_MS = 60_000;
const JITTER_MS = 5_000;

describe('steadyReconnects', () => {
  it('dials a server that it has not dialled before at once', () => {
    const delayOf = delays();
    expect(delayOf('first:4222')).to.equal(0);
    expect(delayOf('second:4222')).to.equal(0);
  });

  it('waits between two tries of one server', () => {
    const delayOf = delays();
    delayOf('first:4222');
    // Of the wait, some has passed.
    expect(delayOf('first:4222')).to.within(WAIT_MS / 2, WAIT_MS + JITTER_MS);
    expect(delayOf('first:4222')).to.within(WAIT_MS * 1.5, 2 * (WAIT_MS + JITTER_MS));
  });

  it('waits as long whatever the clock is set to', () => {
    const { now } = Date;
    try {
      for (const offsetMs of [-3_600_000, 3_600_000]) {
        const delayOf = delays();
        delayOf('first:4222');
        Date.now = () => now() + offsetMs;
        expect(delayOf('first:4222')).to.within(WAIT_MS / 2, WAIT_MS + JITTER_MS);
      }
    } finally {
      Date.now = now;
    }
  });
});

/** How long the client is asked to wait before it dials. */
function delays() {
  const { reconnectToServer } = steadyReconnects(WAIT_MS, JITTER_MS);
  return (listen: string): number => {
    const chosen = reconnectToServer?.([{ listen } as Server], null);
    return (chosen as { delay: number }).delay;
  };
}

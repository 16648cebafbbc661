import { expect } from 'chai';
import type { ChaosVideo } from '../chaos-videos.ts';
import { Ledger } from '../checker/ledger.ts';
import { Client } from './client.ts';
import { type Door, RefusedError } from './door.ts';

const video: ChaosVideo = { path: '/videos/a.mp4', end: { status: 'PROCESSED', failureCode: null } };
const alert = { uid: 'a', video: video.path, timestampMicros: 1, store: 'store-1' };

/** A door that refuses so many times. */
function doorThatRefuses(times: number): Door & { sends: number } {
  return {
    sends: 0,
    async send() {
      if (this.sends++ < times) throw new RefusedError('HTTP 503');
    },
  };
}

describe('Client', () => {
  it('sends an alert until it is accepted, and writes down each refusal', async () => {
    const ledger = new Ledger();
    const door = doorThatRefuses(2);
    expect(await new Client(ledger).deliver(door, alert, video)).equal(true);
    expect(door.sends).equal(3);
    expect(ledger).include({ attempts: 3, acceptedUids: 1 });
    expect([...ledger.refusals]).deep.equal([['HTTP 503', 2]]);
  });

  it('writes an alert down before it leaves, and gives it up in the end', async () => {
    const ledger = new Ledger();
    const door = doorThatRefuses(Number.POSITIVE_INFINITY);
    expect(await new Client(ledger, 2).deliver(door, alert, video)).equal(false);
    expect([...ledger.sent.keys()]).deep.equal(['a']);
    expect(ledger.acceptedUids).equal(0);
  });

  it('does not take a fault of its own for a refusal', async () => {
    const door: Door = { send: () => Promise.reject(new TypeError('no such door')) };
    const error = await new Client(new Ledger()).deliver(door, alert, video).catch(error => error);
    expect(error).instanceOf(TypeError);
  });
});

import { expect } from 'chai';
import type { ChaosVideo } from '../chaos-videos.ts';
import { Ledger } from '../checker/ledger.ts';
import { Client } from './client.ts';
import { type EntryPoint, RefusedError } from './entry-point.ts';

const video: ChaosVideo = { path: '/videos/a.mp4', end: { status: 'PROCESSED', failureCode: null } };
const alert = { tenant: 'default', uid: 'a', video: video.path, timestampMicros: 1, store: 'store-1' };

/** An entry point that refuses this many times. */
function entryPointThatRefuses(times: number): EntryPoint & { sends: number } {
  return {
    sends: 0,
    async send() {
      if (this.sends++ < times) throw new RefusedError('HTTP 503');
    },
  };
}

describe('Client', () => {
  it('sends an alert until it is accepted, and records each refusal', async () => {
    const ledger = new Ledger();
    const entryPoint = entryPointThatRefuses(2);
    expect(await new Client(ledger).deliver(entryPoint, alert, video)).to.equal(true);
    expect(entryPoint.sends).to.equal(3);
    expect(ledger).to.include({ attempts: 3, acceptedUids: 1 });
    expect([...ledger.refusals]).to.deep.equal([['HTTP 503', 2]]);
  });

  it('records an alert before it sends it, and gives up in the end', async () => {
    const ledger = new Ledger();
    const entryPoint = entryPointThatRefuses(Number.POSITIVE_INFINITY);
    expect(await new Client(ledger, 2).deliver(entryPoint, alert, video)).to.equal(false);
    expect([...ledger.sent.keys()]).to.deep.equal(['a']);
    expect(ledger.acceptedUids).to.equal(0);
  });

  it('does not insist on a uid that another alert has', async () => {
    const ledger = new Ledger();
    const entryPoint: EntryPoint = { send: () => Promise.reject(new RefusedError('gRPC AlreadyExists')) };
    expect(await new Client(ledger).deliver(entryPoint, alert, video)).to.equal(false);
    expect([...ledger.refusals]).to.deep.equal([['gRPC AlreadyExists', 1]]);
  });

  it('does not count an error of its own as a refusal', async () => {
    const entryPoint: EntryPoint = { send: () => Promise.reject(new TypeError('no such entryPoint')) };
    const error = await new Client(new Ledger()).deliver(entryPoint, alert, video).catch(error => error);
    expect(error).to.instanceOf(TypeError);
  });
});

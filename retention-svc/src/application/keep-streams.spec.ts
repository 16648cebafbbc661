import { expect } from 'chai';
import { createKeepStreams } from './keep-streams.ts';

describe('a round over all streams', () => {
  it('brings settings up to date first, and a stream that fails holds up no other', async () => {
    const done: string[] = [];
    const round = createKeepStreams(
      {
        bringUpToDate: async () => void done.push('settings'),
        readState: () => Promise.reject(new Error('not asked')),
        readMessageTime: () => Promise.reject(new Error('not asked')),
        trim: () => Promise.reject(new Error('not asked')),
      },
      async stream => {
        if (stream === 'ALERTS') throw new Error('ALERTS gives no answer');
        done.push(stream);
      },
    );
    const error = await round().catch(error => error);
    expect(error.message).equal('ALERTS gives no answer');
    expect(done).deep.equal(['settings', 'OUTCOMES', 'QUARANTINE']);
  });
});

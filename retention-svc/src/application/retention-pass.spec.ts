import { expect } from 'chai';
import { createRetentionPass } from './retention-pass.ts';

describe('a retention pass', () => {
  it('updates the settings first, and trims the other streams if one fails', async () => {
    const done: string[] = [];
    const pass = createRetentionPass(
      {
        bringUpToDate: async () => void done.push('settings'),
        readState: () => Promise.reject(new Error('not asked')),
        readMessageTime: () => Promise.reject(new Error('not asked')),
        trim: () => Promise.reject(new Error('not asked')),
      },
      ['ALERTS', 'OUTCOMES', 'QUARANTINE'],
      async stream => {
        if (stream === 'ALERTS') throw new Error('ALERTS gives no answer');
        done.push(stream);
      },
    );
    const error = await pass().catch(error => error);
    expect(error.message).to.equal('ALERTS gives no answer');
    expect(done).to.deep.equal(['settings', 'OUTCOMES', 'QUARANTINE']);
  });
});

import { expect } from 'chai';
import { judgeStream } from './judge-stream.ts';

const STATE = { identity: 'one', isOpen: true, firstSequence: 1, lastSequence: 7, messages: 7 };

describe('judgeStream', () => {
  for (const [verdict, known, change] of [
    ['CURRENT', { identity: 'one', last: 7 }, {}],
    ['CURRENT', { identity: 'one', last: 0 }, { lastSequence: 0 }],
    ['UNNAMED', { identity: undefined, last: 7 }, {}],
    ['UNNAMED', { identity: undefined, last: 7 }, { identity: undefined }],
    ['CLOSED', { identity: 'one', last: 7 }, { isOpen: false }],
    ['CLOSED', { identity: undefined, last: 0 }, { identity: undefined, isOpen: false, lastSequence: 0 }],
    ['REPLACED', { identity: 'one', last: 7 }, { identity: 'other' }],
    ['REPLACED', { identity: 'one', last: 7 }, { identity: undefined }],
    ['BEHIND', { identity: 'one', last: 8 }, {}],
    ['BEHIND', { identity: undefined, last: 8 }, { isOpen: false }],
  ] as const) {
    it(`calls a stream ${verdict} that is ${JSON.stringify(change)} where the rows know ${JSON.stringify(known)}`, () => {
      expect(judgeStream(known, { ...STATE, ...change })).to.equal(verdict);
    });
  }
});

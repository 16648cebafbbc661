import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import fc from 'fast-check';
import { fingerprintOf } from './fingerprint.ts';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly type: string;
  readonly encoding: string;
  readonly body: string;
}

function print({ method, path, query, type, encoding, body }: Sent): string {
  const headers = { 'content-type': type, 'content-encoding': encoding };
  const request = { method, headers } as unknown as IncomingMessage;
  return Buffer.from(fingerprintOf({ request, path, query }, Buffer.from(body))).toString('hex');
}

describe('the fingerprint of a request', () => {
  it('is equal for equal requests alone', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '[', ']', '\\'), maxLength: 4 });
    const sent = fc.record({ method: text, path: text, query: text, type: text, encoding: text, body: text });
    fc.assert(
      fc.property(sent, sent, (one, other) => {
        expect(print(one))
          .to.have.lengthOf(64)
          .and.equal(print({ ...one }));
        const isEqual = JSON.stringify(one) === JSON.stringify(other);
        expect(print(one) === print(other)).to.equal(isEqual);
      }),
      { numRuns: 1_000 },
    );
  });

  it('changes with each part', () => {
    const sent = { method: 'POST', path: '/a', query: 'b=c', type: 'application/json', encoding: '', body: '{}' };
    const prints = Object.keys(sent).map(part => print({ ...sent, [part]: 'other' }));
    expect(new Set([print(sent), ...prints]).size).to.equal(7);
  });
});

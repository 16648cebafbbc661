import { expect } from 'chai';
import { continueTrace, currentTrace, formatTraceparent, newTrace, withTrace } from './trace-context.ts';

describe('trace context', () => {
  it('goes on with the trace that a traceparent names', () => {
    const trace = newTrace();
    expect(continueTrace(formatTraceparent(trace))).to.deep.equal(trace);
  });

  for (const header of [undefined, '', 'nonsense', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`]) {
    it(`begins a trace where the header is ${JSON.stringify(header)}`, () => {
      expect(continueTrace(header).traceId)
        .to.match(/^[0-9a-f]{32}$/)
        .not.match(/^0+$/);
    });
  }

  it('follows asynchronous work', async () => {
    const trace = newTrace();
    const seen = await withTrace(trace, async () => {
      await new Promise(setImmediate);
      return currentTrace();
    });
    expect(seen).to.equal(trace);
    expect(currentTrace()).to.equal(undefined);
  });
});

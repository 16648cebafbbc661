import { expect } from 'chai';
import { readAwaitedConsumers } from './awaited-consumers.ts';

describe('readAwaitedConsumers', () => {
  it("adds those that are named to the mesh's own", () => {
    const mesh = { ALERTS: ['record', 'probe'], OUTCOMES: [], QUARANTINE: ['quarantine'] };
    expect(readAwaitedConsumers('')).to.deep.equal(mesh);
    expect(readAwaitedConsumers(' OUTCOMES/webhooks, ALERTS/audit,ALERTS/probe ')).to.deep.equal({
      ...mesh,
      ALERTS: ['record', 'probe', 'audit'],
      OUTCOMES: ['webhooks'],
    });
  });

  for (const wrong of ['pager', 'ALERTS/', '/pager', 'alerts/pager', 'ALERTS/pager/x']) {
    it(`refuses ${wrong}`, () => {
      expect(() => readAwaitedConsumers(wrong)).to.throw(/^must be STREAM\/durable.*ALERTS, OUTCOMES, QUARANTINE$/);
    });
  }
});

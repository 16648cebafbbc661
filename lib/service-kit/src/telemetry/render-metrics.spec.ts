import { expect } from 'chai';
import { Counter, Gauge } from 'prom-client';
import { createMetrics } from './metrics.ts';
import { renderMetrics } from './render-metrics.ts';

describe('renderMetrics', () => {
  it('shows what the registry shows', async () => {
    const registry = createMetrics('spec');
    new Counter({ name: 'calls_total', help: 'Calls.', labelNames: ['code'], registers: [registry] }).inc({
      code: 'OK',
    });
    const names = (text: string) => text.split('\n').map(line => line.replace(/ [^ ]*$/, ''));
    expect(names(await renderMetrics(registry))).to.deep.equal(names(await registry.metrics()));
  });

  it('leaves out what gives no answer or an error', async () => {
    const registry = createMetrics('spec');
    const registers = [registry];
    new Gauge({ name: 'hanging', help: 'Hangs.', registers, collect: () => new Promise<void>(() => {}) });
    new Gauge({ name: 'broken', help: 'Fails.', registers, collect: () => Promise.reject(new Error('gone')) });
    new Gauge({ name: 'sound', help: 'Works.', registers }).set(7);
    const text = await renderMetrics(registry);
    expect(text).to.contain('sound{service="spec"} 7').and.not.contain('hanging').and.not.contain('broken');
  });
});

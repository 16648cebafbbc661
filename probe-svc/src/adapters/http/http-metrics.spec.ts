import { expect } from 'chai';
import { Registry } from 'prom-client';
import { createHttpMetrics } from './http-metrics.ts';

describe('createHttpMetrics', () => {
  it('counts requests to the video server by status', async () => {
    const registry = new Registry();
    const metrics = createHttpMetrics(registry);
    for (const status of [206, 'broken', 206] as const) metrics.countRequest(status);
    const metric = await registry.getSingleMetric('vigie_video_requests_total')?.get();
    const counted = Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [labels.status, value]));
    expect(counted).to.deep.equal({ '206': 2, broken: 1 });
  });
});

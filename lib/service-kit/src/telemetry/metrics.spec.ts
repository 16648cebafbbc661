import { waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('counts the time that garbage collection takes, by kind', async () => {
    const metrics = createMetrics('spec-svc');
    const garbage: unknown[] = [];
    await waitFor('a garbage collection', async () => {
      for (let i = 0; i < 100_000; i++) garbage[i % 1_000] = { i };
      const seconds = /nodejs_gc_duration_seconds_sum\{service="spec-svc",kind="minor"\} (\S+)/;
      return Number(seconds.exec(await metrics.metrics())?.[1]) > 0 || undefined;
    });
    expect(garbage).to.have.lengthOf(1_000);
  });
});

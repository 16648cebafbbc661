import { collectGarbage, waitFor } from '@vigie/dev-env/testing';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('counts the time that garbage collection takes, by kind', async () => {
    const metrics = createMetrics('spec-svc');
    collectGarbage('minor');
    await waitFor('its time', async () => {
      const seconds = /nodejs_gc_duration_seconds_sum\{service="spec-svc",kind="minor"\} (\S+)/;
      return Number(seconds.exec(await metrics.metrics())?.[1]) > 0 || undefined;
    });
  });
});

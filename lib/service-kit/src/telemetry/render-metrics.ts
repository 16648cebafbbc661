import type { Registry } from 'prom-client';
import { settlesWithin } from '../async/settles-within.ts';

/** Well within the time that Prometheus, and a person, waits. */
const COLLECT_TIMEOUT_MS = 800;

/**
 * The metrics in Prometheus' text format, like `registry.metrics()`. One that asks somebody who gives no answer, or an
 * error, is left out, so that all others can still be seen, at the very time when they are needed.
 */
export async function renderMetrics(registry: Registry): Promise<string> {
  const texts = await Promise.all(
    registry.getMetricsAsArray().map(async ({ name }) => {
      const text = registry.getSingleMetricAsString(name);
      return (await settlesWithin(text, COLLECT_TIMEOUT_MS)) ? text.catch(() => undefined) : undefined;
    }),
  );
  return `${texts.filter(text => text !== undefined).join('\n\n')}\n`;
}

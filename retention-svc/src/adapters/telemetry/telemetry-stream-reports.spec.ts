import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { StreamReport } from '../../ports/stream-reports.ts';
import { createRetentionMetrics } from './retention-metrics.ts';
import { TelemetryStreamReports } from './telemetry-stream-reports.ts';

const REPORT: StreamReport = {
  state: {
    name: 'ALERTS',
    firstSequence: 1,
    lastSequence: 100,
    messages: 100,
    bytes: 60_000,
    maxBytes: 120_000,
    serverTime: new Date(90_000),
    consumers: [],
  },
  trimmedMessages: 25,
  oldestKept: new Date(30_000),
  warnings: [],
};

describe('TelemetryStreamReports', () => {
  function reportsWithLog() {
    const registry = new Registry();
    const lines: string[] = [];
    const logger = pino({}, { write: line => void lines.push(JSON.parse(line).msg) });
    return { reports: new TelemetryStreamReports(logger, createRetentionMetrics(registry)), registry, lines };
  }

  const warn = (...keys: string[]): StreamReport => ({
    ...REPORT,
    warnings: keys.map(key => ({ key, message: `about ${key}` })),
  });

  it('says a warning once while it holds, and again when it comes back', () => {
    const { reports, lines } = reportsWithLog();
    for (const report of [warn('a'), warn('a'), warn('a', 'b'), warn('b'), warn('a', 'b')]) reports.report(report);
    expect(lines).to.deep.equal(['about a', 'about b', 'about a']);
  });

  it('shows what was trimmed, the age of the oldest message and how full the stream is', async () => {
    const { reports, registry } = reportsWithLog();
    reports.report(REPORT);
    const shown = await registry.metrics();
    for (const line of [
      'vigie_retention_trimmed_messages_total{stream="ALERTS"} 25',
      'vigie_retention_trimmed_bytes_total{stream="ALERTS"} 15000',
      'vigie_retention_oldest_age_seconds{stream="ALERTS"} 60',
      'vigie_retention_fill_ratio{stream="ALERTS"} 0.5',
    ]) {
      expect(shown).to.include(line);
    }
  });
});

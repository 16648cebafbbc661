import { expect } from 'chai';
import { alertsPerCpuSecond, formatWays, sumRounds, type WayFigures } from './way-figures.ts';

const rest: WayFigures = {
  way: 'rest',
  alerts: 1_000,
  seconds: 2,
  callMs: [10, 30, 20],
  cpuSeconds: { gateway: 0.6, ingest: 0.4, nats: 0.25 },
};
const batch: WayFigures = {
  way: 'batch',
  alerts: 1_000,
  seconds: 0.5,
  callMs: [100],
  cpuSeconds: { gateway: 0.04, ingest: 0.06, nats: 0.15 },
};

describe('sumRounds', () => {
  it('adds the rounds of each way up', () => {
    const [batches, posts, ...others] = sumRounds([batch, rest, rest, batch]);
    expect(others).to.deep.equal([]);
    expect([batches?.way, posts?.way]).to.deep.equal(['batch', 'rest']);
    expect(posts).to.deep.include({ alerts: 2_000, seconds: 4, callMs: [10, 30, 20, 10, 30, 20] });
    expect(posts?.cpuSeconds).to.deep.equal({ gateway: 1.2, ingest: 0.8, nats: 0.5 });
  });
});

describe('alertsPerCpuSecond', () => {
  it('counts the CPU of nats-server only if asked to', () => {
    expect(alertsPerCpuSecond(rest, false)).to.equal(1_000);
    expect(alertsPerCpuSecond(rest, true)).to.equal(800);
  });
});

describe('formatWays', () => {
  it('compares each way with single posts', () => {
    const [head, ...rows] = formatWays([batch, rest])
      .split('\n')
      .map(line => line.trim().split(/ {2,}/));
    const name = (row: readonly string[]) => Object.fromEntries(row.map((cell, index) => [head?.[index], cell]));
    expect(rows.map(name)).to.deep.equal([
      {
        via: 'batch',
        'alerts/s': '2000',
        ...{ 'p50 ms': '100.0', 'p99 ms': '100.0' },
        ...{ 'gateway µs': '40', 'ingest-svc µs': '60', 'nats-server µs': '150' },
        'alerts/CPU s': '10000 (10.00x rest)',
        'with nats-server': '4000 (5.00x rest)',
      },
      {
        via: 'rest',
        'alerts/s': '500',
        ...{ 'p50 ms': '20.0', 'p99 ms': '30.0' },
        ...{ 'gateway µs': '600', 'ingest-svc µs': '400', 'nats-server µs': '250' },
        'alerts/CPU s': '1000 (1.00x rest)',
        'with nats-server': '800 (1.00x rest)',
      },
    ]);
  });

  it('compares with the first way if there are no single posts', () => {
    expect(formatWays([batch])).to.contain('(1.00x batch)');
  });
});

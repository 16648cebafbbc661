import { mock } from 'node:test';
import { createLogger, createMetrics } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { RefusedCalls } from './refused-calls.ts';

describe('RefusedCalls', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  function open() {
    const lines: object[] = [];
    const logger = Object.assign(createLogger('gateway', 'silent'), { warn: (line: object) => lines.push(line) });
    return { lines, refused: new RefusedCalls({ logger, metrics: createMetrics('gateway'), intervalMs: 10_000 }) };
  }

  it('are one line of the log in each interval that has any, with those who had most', () => {
    const { lines, refused } = open();
    for (let index = 0; index < 1_000; index++) refused.count('caller', '127.0.0.2');
    for (let index = 3; index < 9; index++) refused.count('caller', `127.0.0.${index}`);
    expect(lines).to.deep.equal([]);
    mock.timers.tick(10_000);
    expect(lines).to.deep.equal([
      {
        refused: 1_006,
        most: {
          'caller 127.0.0.2': 1_000,
          ...Object.fromEntries([3, 4, 5, 6].map(each => [`caller 127.0.0.${each}`, 1])),
        },
      },
    ]);
    mock.timers.tick(60_000);
    expect(lines).to.have.lengthOf(1);
    refused.count('caller', '127.0.0.2');
    mock.timers.tick(10_000);
    expect(lines[1]).to.deep.equal({ refused: 1, most: { 'caller 127.0.0.2': 1 } });
  });

  it('are counted whole, however many callers there are', () => {
    const { lines, refused } = open();
    for (let index = 0; index < 5_000; index++) refused.count('caller', `a${index}`);
    mock.timers.tick(10_000);
    expect(lines[0]).to.include({ refused: 5_000 });
  });
});

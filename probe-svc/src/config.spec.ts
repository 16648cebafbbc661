import { InvalidEnvironmentError } from '@vigie/service-kit/env';
import { expect } from 'chai';
import { readConfig } from './config.ts';

describe('readConfig', () => {
  it('needs nothing set', () => {
    const config = readConfig({});
    expect(config).to.include({
      port: 50052,
      concurrentTasks: 128,
      alertsInFlight: 1_024,
      videoOrigin: 'http://127.0.0.1:8080',
    });
    expect(config.limits).to.deep.equal({
      firstRangeBytes: 32_768,
      maxBytes: 16_777_216,
      maxRequests: 16,
      timeoutMs: 15_000,
    });
  });

  it('has no fewer alerts in flight than it probes at once', () => {
    expect(readConfig({ CONCURRENT_TASKS: '2000' })).to.include({ concurrentTasks: 2_000, alertsInFlight: 2_000 });
  });

  it('names every variable that is wrong', () => {
    const env = { CONCURRENT_TASKS: '0', VIDEO_ORIGIN: 'ftp://videos', PROBE_MAX_BYTES: 'many' };
    expect(() => readConfig(env)).to.throw(InvalidEnvironmentError, /CONCURRENT_TASKS.*VIDEO_ORIGIN.*PROBE_MAX_BYTES/);
  });
});

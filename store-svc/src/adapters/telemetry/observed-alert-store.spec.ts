import { createLogger } from '@vigie/service-kit/telemetry';
import { Registry } from 'prom-client';
import { FakeAlertStore } from '../../ports/alert-store.fake.ts';
import { describeAlertStore } from '../../testing/alert-store.contract.ts';
import { ObservedAlertStore } from './observed-alert-store.ts';
import { createStoreMetrics } from './store-metrics.ts';
import { WriteHealth } from './write-health.ts';

describe('ObservedAlertStore', () => {
  describeAlertStore(async () => {
    const logger = createLogger('store-svc', 'silent');
    return new ObservedAlertStore(new FakeAlertStore(), logger, createStoreMetrics(new Registry()), new WriteHealth());
  });
});

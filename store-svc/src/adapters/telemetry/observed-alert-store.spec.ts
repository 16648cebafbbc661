import { createLogger } from '@vigie/service-kit/telemetry';
import { Registry } from 'prom-client';
import { FakeAlertStores } from '../../ports/alert-store.fake.ts';
import { describeAlertStores } from '../../testing/alert-store.contract.ts';
import { ObservedAlertStores } from './observed-alert-store.ts';
import { createStoreMetrics } from './store-metrics.ts';
import { WriteHealth } from './write-health.ts';

describe('ObservedAlertStores', () => {
  describeAlertStores(async () => {
    const logger = createLogger('store-svc', 'silent');
    const metrics = createStoreMetrics(new Registry());
    return new ObservedAlertStores(new FakeAlertStores(), { logger, metrics, writes: new WriteHealth() });
  });
});

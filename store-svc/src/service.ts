import type { ServiceDeclaration } from '@vigie/service-kit/declaration';

export const service = {
  name: 'store-svc',
  port: 50053,
  healthPort: 9053,
  dependsOn: {
    NATS_URL: 'nats',
    DATABASE_URL: 'postgres',
    DATABASE_MIGRATION_URL: 'postgres-owner',
    ACCESS_ADDRESS: 'access-svc',
  },
  nats: {
    // Alerts that are redriven, replayed or revived, those that can't be recorded, and events that were lost.
    publishes: ['alerts.received.>', 'alerts.quarantined.>', 'alerts.processed.>', 'alerts.failed.>'],
    consumers: [
      { stream: 'ALERTS', durable: 'record' },
      { stream: 'QUARANTINE', durable: 'quarantine' },
    ],
    // For WatchAlerts, and to find work that was lost.
    reads: ['ALERTS', 'OUTCOMES', 'QUARANTINE'],
    positions: ['ALERTS'],
  },
  replicas: 'many',
  image: { memoryMib: 384 },
} as const satisfies ServiceDeclaration;

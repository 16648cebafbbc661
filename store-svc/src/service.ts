import type { ServiceDeclaration } from '@vigie/service-kit/declaration';

export const service = {
  name: 'store-svc',
  port: 50053,
  healthPort: 9053,
  dependsOn: { NATS_URL: 'nats', DATABASE_URL: 'postgres', DATABASE_MIGRATION_URL: 'postgres-owner' },
  nats: {
    // Alerts that are redriven or replayed, and those that can't be recorded.
    publishes: ['alerts.received.*', 'alerts.quarantined.*'],
    consumers: [
      { stream: 'ALERTS', durable: 'record' },
      { stream: 'QUARANTINE', durable: 'quarantine' },
    ],
    // For WatchAlerts.
    reads: ['OUTCOMES', 'QUARANTINE'],
  },
  replicas: 'many',
  image: { memoryMib: 256 },
} as const satisfies ServiceDeclaration;

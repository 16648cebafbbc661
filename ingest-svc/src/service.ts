import type { ServiceDeclaration } from '@vigie/service-kit/declaration';

export const service = {
  name: 'ingest-svc',
  port: 50051,
  healthPort: 9051,
  dependsOn: { NATS_URL: 'nats', STORE_ADDRESS: 'store-svc', ACCESS_ADDRESS: 'access-svc' },
  nats: { publishes: ['alerts.received.>'] },
  replicas: 'many',
  image: { memoryMib: 384 },
} as const satisfies ServiceDeclaration;

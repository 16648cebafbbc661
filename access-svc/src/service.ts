import type { ServiceDeclaration } from '@vigie/service-kit/declaration';

export const service = {
  name: 'access-svc',
  port: 50054,
  healthPort: 9055,
  dependsOn: { DATABASE_URL: 'postgres', DATABASE_MIGRATION_URL: 'postgres-owner' },
  replicas: 'many',
  image: { memoryMib: 384, settings: { ADMIN_KEY: '' } },
} as const satisfies ServiceDeclaration;

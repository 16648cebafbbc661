import type { ServiceDeclaration } from '@vigie/service-kit/declaration';

export const service = {
  name: 'access-svc',
  port: 50054,
  healthPort: 9055,
  dependsOn: { DATABASE_URL: 'postgres', DATABASE_MIGRATION_URL: 'postgres-owner' },
  replicas: 'many',
  image: {
    memoryMib: 384,
    settings: {
      ...{ ADMIN_KEY: '', ACCESS_KEY_SECRET: '', REGISTRATION: 'off' },
      ...{ PUBLIC_URL: '', SMTP_URL: '', MAIL_FROM: '' },
    },
  },
} as const satisfies ServiceDeclaration;

import type { ServiceDeclaration } from '@vigie/service-kit/declaration';

export const service = {
  name: 'gateway',
  port: 8000,
  healthPort: 9050,
  isPublic: true,
  dependsOn: {
    INGEST_ADDRESS: 'ingest-svc',
    PROBE_ADDRESS: 'probe-svc',
    STORE_ADDRESS: 'store-svc',
    ACCESS_ADDRESS: 'access-svc',
  },
  replicas: 'many',
  image: {
    memoryMib: 512,
    settings: {
      ...{ ALLOWED_HOSTS: '', ALLOWED_ORIGINS: '', TRUSTED_PROXIES: '' },
      ...{ TLS_CERT_FILE: '', TLS_KEY_FILE: '' },
      ...{ RATE_LIMIT_PER_SECOND: '', KEY_RATE_LIMIT_PER_SECOND: '', TENANT_RATE_LIMIT_PER_SECOND: '' },
      ...{ KEY_CONCURRENT_CALLS: '', TENANT_CONCURRENT_CALLS: '', FAILED_CREDENTIALS_PER_MINUTE: '' },
    },
  },
} as const satisfies ServiceDeclaration;

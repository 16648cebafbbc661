import type { ServiceDeclaration } from '@vigie/service-kit/declaration';

export const service = {
  name: 'retention-svc',
  healthPort: 9054,
  dependsOn: { NATS_URL: 'nats' },
  nats: { manages: ['ALERTS', 'OUTCOMES', 'QUARANTINE'] },
  replicas: 'one',
  image: { memoryMib: 384, settings: { REPLAY_WINDOW_MS: 3_600_000 } },
} as const satisfies ServiceDeclaration;

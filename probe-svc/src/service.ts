import type { ServiceDeclaration } from '@vigie/service-kit/declaration';

export const service = {
  name: 'probe-svc',
  port: 50052,
  healthPort: 9052,
  dependsOn: { NATS_URL: 'nats', STORE_ADDRESS: 'store-svc', VIDEO_ORIGIN: 'videos', ACCESS_ADDRESS: 'access-svc' },
  nats: {
    publishes: [
      'alerts.processed.>',
      'alerts.failed.>',
      'alerts.quarantined.>',
      'attempts.alert.*',
      'attempts.process.*',
    ],
    consumers: [{ stream: 'ALERTS', durable: 'probe' }],
    owns: ['ATTEMPTS'],
  },
  replicas: 'many',
  image: {
    memoryMib: 640,
    settings: { CONCURRENT_TASKS: 128 },
    builds: ['native'],
    // The libraries that the addon is linked with, without their headers.
    aptPackages: ['libavcodec61', 'libavformat61', 'libavutil59', 'libswscale8'],
  },
} as const satisfies ServiceDeclaration;

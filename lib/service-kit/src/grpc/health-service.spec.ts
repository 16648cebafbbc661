import { HealthCheckResponse_ServingStatus as ServingStatus } from '@vigie/proto/health/v1/health_pb.ts';
import { expect } from 'chai';
import { createHealthService } from './health-service.ts';

describe('grpc.health.v1', () => {
  it('asks what a process depends on once, however many check at once', async () => {
    let asked = 0;
    const health = createHealthService([], async () => ++asked > 0);
    const checks = Array.from({ length: 100 }, () => health.check({ service: '' } as never, {} as never));
    for (const { status } of await Promise.all(checks)) expect(status).to.equal(ServingStatus.SERVING);
    expect(asked).to.equal(1);
    await health.check({ service: '' } as never, {} as never);
    expect(asked).to.equal(2);
  });
});

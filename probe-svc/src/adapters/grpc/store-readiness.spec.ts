import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { expect } from 'chai';
import { eventually } from '../../testing/eventually.ts';
import { FakeStoreService } from '../../testing/fake-store-service.ts';
import { startGrpcEndpoint } from '../../testing/grpc-endpoint.ts';
import { createStoreReadiness } from './store-readiness.ts';

describe('createStoreReadiness', () => {
  it('tells whether the store is ready, not ready, or away', async () => {
    const endpoint = await startGrpcEndpoint([AlertService, OutcomeService], server =>
      new FakeStoreService().addTo(server),
    );
    const check = createStoreReadiness(endpoint.transport);
    await eventually(async () => expect(await check()).to.equal(undefined));
    endpoint.health.enter('stopping');
    await eventually(async () => expect(await check()).to.equal('the store is not ready'));
    await endpoint[Symbol.asyncDispose]();
    expect(await check()).to.match(/gives no answer/);
  });
});

import { AlertStoreService } from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import { expect } from 'chai';
import { eventually } from '../../testing/eventually.ts';
import { FakeStoreService } from '../../testing/fake-store-service.ts';
import { startGrpcEndpoint } from '../../testing/grpc-endpoint.ts';
import { createStoreReadiness } from './store-readiness.ts';

describe('createStoreReadiness', () => {
  it('tells whether the store is ready, not ready, or away', async () => {
    const endpoint = await startGrpcEndpoint(AlertStoreService, new FakeStoreService().implementation);
    const check = createStoreReadiness(endpoint.transport);
    await eventually(async () => expect(await check()).to.equal(undefined));
    endpoint.health.enter('stopping');
    await eventually(async () => expect(await check()).to.equal('the store is not ready'));
    await endpoint[Symbol.asyncDispose]();
    expect(await check()).to.match(/gives no answer/);
  });
});

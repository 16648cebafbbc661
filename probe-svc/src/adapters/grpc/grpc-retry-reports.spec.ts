import { create } from '@bufbuild/protobuf';
import { retryFromProto } from '@vigie/alert/wire';
import { waitFor } from '@vigie/dev-env/testing';
import { type Alert_Retry, Alert_RetrySchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { FakeStoreService } from '../../testing/fake-store-service.ts';
import { startGrpcEndpoint } from '../../testing/grpc-endpoint.ts';
import { GrpcRetryReports } from './grpc-retry-reports.ts';

describe('GrpcRetryReports', () => {
  const lastFailure = { code: 'VIDEO_NOT_FOUND', message: 'not there' } as const;
  const retry = { attempts: 2, lastFailure, nextAttemptAt: new Date(1_748_871_400_000) };

  it('tells the store all of it', async () => {
    const service = new FakeStoreService();
    await using endpoint = await startGrpcEndpoint([AlertService, OutcomeService], server => service.addTo(server));
    const reports = new GrpcRetryReports(endpoint.transport, createLogger('spec', 'silent'));
    for (const uid of ['a', 'b']) reports.report({ alert: { tenant: 'default', uid }, retry });
    await waitFor('both', async () => (service.retries.length === 2 ? true : undefined));
    expect(service.retries.map(({ uid }) => uid)).to.deep.equal(['a', 'b']);
    const [first] = service.retries;
    expect(retryFromProto(first?.retry as Alert_Retry)).to.deep.equal(retry);
  });

  it('does not mind a store that takes none', async () => {
    const refusing = { unary: async () => Promise.reject(new Error('away')) };
    const reports = new GrpcRetryReports(refusing as never, createLogger('spec', 'silent'));
    reports.report({ alert: { tenant: 'default', uid: 'a' }, retry });
    await new Promise(setImmediate);
    expect(retryFromProto(create(Alert_RetrySchema, { attempts: 1 }))).to.equal(undefined);
  });
});

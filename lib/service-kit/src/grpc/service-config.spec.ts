import type { DescService } from '@bufbuild/protobuf';
import { ServerReflection } from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { IngestService } from '@vigie/proto/vigie/ingest/v1/ingest_service_pb.ts';
import { ProbeService } from '@vigie/proto/vigie/probe/v1/probe_service_pb.ts';
import { AlertStoreService } from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import { QuarantineService } from '@vigie/proto/vigie/store/v1/quarantine_service_pb.ts';
import { expect } from 'chai';
import { serviceConfig } from './service-config.ts';

interface MethodConfig {
  readonly name: readonly { readonly service: string; readonly method: string }[];
  readonly retryPolicy: { readonly retryableStatusCodes: readonly string[] };
}

function methodConfigs(services: readonly DescService[]): MethodConfig[] {
  return JSON.parse(serviceConfig(services)).methodConfig;
}

describe('serviceConfig', () => {
  it('retries what the contract calls idempotent, and no stream', () => {
    const [config] = methodConfigs([IngestService, ProbeService]);
    expect(config?.retryPolicy.retryableStatusCodes).deep.equal(['UNAVAILABLE']);
    expect(config?.name.map(({ service, method }) => `${service}/${method}`)).deep.equal([
      'vigie.ingest.v1.IngestService/CreateAlert',
      'vigie.ingest.v1.IngestService/BatchCreateAlerts',
      'vigie.probe.v1.ProbeService/ProbeVideo',
      'vigie.probe.v1.ProbeService/GetPoster',
    ]);
  });

  it('retries nothing of a service that promises nothing', () => {
    expect(methodConfigs([ServerReflection])).deep.equal([]);
  });

  it('finds every unary method of Vigie idempotent', () => {
    for (const service of [IngestService, ProbeService, AlertStoreService]) {
      const [config] = methodConfigs([service]);
      const unary = service.methods.filter(({ methodKind }) => methodKind === 'unary');
      expect(config?.name.map(({ method }) => method)).deep.equal(unary.map(({ name }) => name));
    }
  });

  it('repeats nothing that settles as many as it is asked to', () => {
    const names = methodConfigs([QuarantineService]).flatMap(({ name }) => name.map(({ method }) => method));
    expect(names).deep.equal(['ListQuarantined']);
  });
});

import type { DescService } from '@bufbuild/protobuf';
import { ServerReflection } from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
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
    const [config] = methodConfigs([AlertService, VideoService]);
    expect(config?.retryPolicy.retryableStatusCodes).to.deep.equal(['UNAVAILABLE']);
    expect(config?.name.map(({ service, method }) => `${service}/${method}`)).to.deep.equal([
      'vigie.alert.v1.AlertService/CreateAlert',
      'vigie.alert.v1.AlertService/BatchCreateAlerts',
      'vigie.alert.v1.AlertService/GetAlert',
      'vigie.alert.v1.AlertService/ListAlerts',
      'vigie.alert.v1.AlertService/SummarizeAlerts',
      'vigie.alert.v1.AlertService/ReplayAlerts',
      'vigie.alert.v1.AlertService/DeleteAlert',
      'vigie.alert.v1.AlertService/PurgeAlerts',
      'vigie.video.v1.VideoService/ProbeVideo',
      'vigie.video.v1.VideoService/GetPoster',
    ]);
  });

  it('retries nothing of a service that promises nothing', () => {
    expect(methodConfigs([ServerReflection])).to.deep.equal([]);
  });

  it('finds every unary method of Vigie idempotent', () => {
    for (const service of [AlertService, VideoService, OutcomeService]) {
      const [config] = methodConfigs([service]);
      const unary = service.methods.filter(({ methodKind }) => methodKind === 'unary');
      expect(config?.name.map(({ method }) => method)).to.deep.equal(unary.map(({ name }) => name));
    }
  });

  it('repeats nothing that settles as many as it is asked to', () => {
    const names = methodConfigs([QuarantinedAlertService]).flatMap(({ name }) => name.map(({ method }) => method));
    expect(names).to.deep.equal(['ListQuarantinedAlerts']);
  });
});

import type { DescService } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { ServerReflection } from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '@vigie/proto/grpc/reflection/v1alpha/reflection_pb.ts';
import { type HealthCheckRequest, Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import { createHealthService } from '@vigie/service-kit/grpc';
import type { Health } from '@vigie/service-kit/telemetry';
import { createReflectionService } from './reflection-service.ts';

/** A service that the gateway answers itself. */
export interface OwnService {
  readonly service: DescService;
  readonly implementation: object;
}

/** `grpc.health.v1` and reflection, for the services that the gateway stands for. */
export function createOwnServices(
  services: readonly DescService[],
  health: Health,
  stopping: AbortSignal,
): readonly OwnService[] {
  const { check, list, watch } = createHealthService(services, health);
  const reflection = createReflectionService([...services, HealthService], stopping);
  return [
    {
      service: HealthService,
      implementation: {
        check,
        list,
        watch: (request: HealthCheckRequest, { signal, values, requestHeader }: HandlerContext) =>
          watch(request, {
            signal: AbortSignal.any([signal, stopping]),
            header: requestHeader,
            values,
            sendHeaders() {},
          }),
      },
    },
    { service: ServerReflection, implementation: reflection },
    { service: ServerReflectionAlpha, implementation: reflection },
  ];
}

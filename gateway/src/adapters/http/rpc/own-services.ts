import type { DescMethod, DescService } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { ServerReflection, type ServerReflectionRequest } from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '@vigie/proto/grpc/reflection/v1alpha/reflection_pb.ts';
import { type HealthCheckRequest, Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import { untilAborted } from '@vigie/service-kit/async';
import { type CanServe, createHealthService, createReflectionService } from '@vigie/service-kit/grpc';
import { sendHeadKey } from './send-head-key.ts';

/** A service that the gateway answers itself. */
export interface OwnService {
  readonly service: DescService;
  readonly implementation: object;
}

/** Balancers ask often, and many may ask from one address. */
export function isHealthCheck(path: string): boolean {
  return path.startsWith(`/${HealthService.typeName}/`);
}

/** `grpc.health.v1` and reflection, for the public API. */
export function createOwnServices(
  methods: readonly DescMethod[],
  canServe: CanServe,
  stopping: AbortSignal,
): readonly OwnService[] {
  const services = [...new Set(methods.map(({ parent }) => parent))];
  const { check, list, watch } = createHealthService(methods, canServe);
  const { serverReflectionInfo } = createReflectionService([
    ...services.map(service => ({ service, methods: methods.filter(({ parent }) => parent === service) })),
    { service: HealthService, methods: HealthService.methods },
  ]);
  const reflection = {
    serverReflectionInfo(requests: AsyncIterable<ServerReflectionRequest>, { values }: HandlerContext) {
      values.get(sendHeadKey)();
      return serverReflectionInfo(untilAborted(requests, stopping).items);
    },
  };
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

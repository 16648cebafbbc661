import type { DescMethod } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { createUpstreamCheck, healthNameOf } from '@vigie/service-kit/grpc';
import type { ReadinessCheck } from '@vigie/service-kit/telemetry';
import type { PublicMethod, UpstreamName } from '../../api/public-api.ts';
import type { UpstreamHealth } from '../../api/upstream-health.ts';

/** Asks the process that implements a method, by `grpc.health.v1`. */
export class ChannelUpstreamHealth implements UpstreamHealth {
  readonly #checks: ReadonlyMap<DescMethod, ReadinessCheck>;

  constructor(methods: readonly PublicMethod[], channels: Readonly<Record<UpstreamName, Transport>>) {
    this.#checks = new Map(
      methods.map(({ method, upstream }) => [method, createUpstreamCheck(channels[upstream], healthNameOf(method))]),
    );
  }

  async findProblem(method: DescMethod): Promise<string | undefined> {
    return this.#checks.get(method)?.();
  }
}

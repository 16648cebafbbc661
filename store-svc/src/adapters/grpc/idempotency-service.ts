import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationMs } from '@bufbuild/protobuf/wkt';
import {
  BeginResponse_Kind,
  type BeginResponseSchema,
  type IdempotencyService,
} from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { KeyState } from '../../domain/keyed-request.ts';
import type { IdempotencyKeys } from '../../ports/idempotency-keys.ts';

/** Internal: the gateway has each request with an Idempotency-Key carried out once. The rules stand in the proto. */
export function createIdempotencyService(keys: IdempotencyKeys): ServiceImplementation<typeof IdempotencyService> {
  return {
    async begin({ caller, key, leaseId, fingerprint, lease }) {
      const leaseMs = lease === undefined ? 0 : durationMs(lease);
      return toProto(await keys.begin({ caller, key, leaseId }, fingerprint, leaseMs));
    },

    async finish({ caller, key, leaseId, answer }) {
      const { status = 0, headers = {}, body } = answer ?? {};
      await keys.finish({ caller, key, leaseId }, { status, headers, body });
      return {};
    },

    async release({ caller, key, leaseId }) {
      await keys.release({ caller, key, leaseId });
      return {};
    },
  };
}

function toProto(state: KeyState): MessageInitShape<typeof BeginResponseSchema> {
  const kind = BeginResponse_Kind[state.kind];
  if (state.kind !== 'ANSWERED') return { kind };
  const { body, ...head } = state.answer;
  return { kind, answer: { ...head, ...(body !== undefined && { body }) } };
}

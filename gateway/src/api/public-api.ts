import { type DescMethod, type DescService, getOption, hasOption } from '@bufbuild/protobuf';
import { method_visibility } from '@vigie/proto/google/api/visibility_pb.ts';
import { IngestService } from '@vigie/proto/vigie/ingest/v1/ingest_service_pb.ts';
import { ProbeService } from '@vigie/proto/vigie/probe/v1/probe_service_pb.ts';
import { AlertStoreService } from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import { QuarantineService } from '@vigie/proto/vigie/store/v1/quarantine_service_pb.ts';

/** The services that the outside world may call, by the upstream that answers for them. */
export const PUBLIC_SERVICES = {
  ingest: [IngestService],
  probe: [ProbeService],
  store: [AlertStoreService, QuarantineService],
} as const satisfies Record<string, readonly [DescService, ...DescService[]]>;

export type UpstreamName = keyof typeof PUBLIC_SERVICES;

/** Whether a method is for the outside world: not restricted by `google.api.method_visibility`. */
export function isPublic(method: DescMethod): boolean {
  return !hasOption(method, method_visibility) || getOption(method, method_visibility).restriction !== 'INTERNAL';
}

import { allowedTenant, type Identity, isOfDefaultTenant } from '@vigie/access';
import type { ListApiKeysRequest } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import type { ListAuditEventsRequest } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { requireNanos } from '@vigie/service-kit/validation';
import type { AuditFilter } from '../../domain/audit-filter.ts';
import type { ListPosition } from '../../domain/list-position.ts';
import { decodePageToken } from './page-token.ts';
import { ceilMs } from './times.ts';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

export interface ListQuery {
  readonly pageSize: number;
  readonly after: ListPosition | undefined;
}

/**
 * @param idForm of the list's items, as in the proto
 * @throws ConnectError INVALID_ARGUMENT
 */
export function readListRequest(
  { pageSize, pageToken }: Pick<ListApiKeysRequest, 'pageSize' | 'pageToken'>,
  idForm: RegExp,
): ListQuery {
  return {
    pageSize: Math.min(pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize, MAX_PAGE_SIZE),
    after: pageToken === '' ? undefined : decodePageToken(pageToken, idForm),
  };
}

/** @throws AccessError TENANT_NOT_ALLOWED, ConnectError INVALID_ARGUMENT */
export function readAuditFilter(request: ListAuditEventsRequest, identity: Identity): AuditFilter {
  const { tenant, subject, method, since, until } = request;
  requireNanos({ since, until });
  return {
    tenant: tenant === '' && isOfDefaultTenant(identity) ? undefined : allowedTenant(identity, tenant),
    subject: subject === '' ? undefined : subject,
    method: method === '' ? undefined : method,
    sinceMs: since && ceilMs(since),
    untilMs: until && ceilMs(until),
  };
}

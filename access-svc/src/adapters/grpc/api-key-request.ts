import { type Duration, durationMs, type Timestamp } from '@bufbuild/protobuf/wkt';
import { isScope } from '@vigie/access';
import type {
  CreateApiKeyRequest,
  ListApiKeysRequest,
  RotateApiKeyRequest,
} from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { invalidArgument } from '@vigie/service-kit/grpc';
import type { ApiKeyPlan, ApiKeyPosition } from '../../domain/api-key.ts';
import { decodePageToken } from './page-token.ts';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

/** Of what the caller says of the key; the rest is not the caller's to say. @throws ConnectError INVALID_ARGUMENT */
export function readPlan({ apiKey }: CreateApiKeyRequest): ApiKeyPlan {
  const { name = '', scopes = [], stores = [], expiresAt } = apiKey ?? {};
  requireNanos('api_key.expires_at', expiresAt);
  return { name, scopes: scopes.filter(isScope), stores, expiresAt: expiresAt && toDate(expiresAt) };
}

/** @throws ConnectError INVALID_ARGUMENT */
export function readKeepPreviousMs({ keepPreviousFor }: RotateApiKeyRequest): number {
  requireNanos('keep_previous_for', keepPreviousFor);
  return keepPreviousFor === undefined ? 0 : durationMs(keepPreviousFor);
}

export interface ListQuery {
  readonly pageSize: number;
  readonly after: ApiKeyPosition | undefined;
}

/** @throws ConnectError INVALID_ARGUMENT */
export function readListRequest({ pageSize, pageToken }: ListApiKeysRequest): ListQuery {
  return {
    pageSize: Math.min(pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize, MAX_PAGE_SIZE),
    after: pageToken === '' ? undefined : decodePageToken(pageToken),
  };
}

/** Never later than what was said, nor beyond the year 9999, as `timestampDate` may be, which rounds up. */
function toDate({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1e3 + Math.floor(nanos / 1e6));
}

/** The rules in the proto see only which moment, or how long, it is. */
function requireNanos(field: string, time: Timestamp | Duration | undefined): void {
  if (time === undefined || (time.nanos >= 0 && time.nanos < 1e9)) return;
  throw invalidArgument([{ field, description: 'must have nanos from 0 to 999999999' }]);
}

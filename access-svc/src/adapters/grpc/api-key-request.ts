import { durationMs } from '@bufbuild/protobuf/wkt';
import { isScope } from '@vigie/access';
import type { CreateApiKeyRequest, RotateApiKeyRequest } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { requireNanos } from '@vigie/service-kit/validation';
import type { ApiKeyPlan } from '../../domain/api-key.ts';
import { floorDate } from './times.ts';

/** Of what the caller says of the key; the rest is not the caller's to say. @throws ConnectError INVALID_ARGUMENT */
export function readPlan({ apiKey }: CreateApiKeyRequest): ApiKeyPlan {
  const { name = '', scopes = [], stores = [], expiresAt } = apiKey ?? {};
  requireNanos({ 'api_key.expires_at': expiresAt });
  return { name, scopes: scopes.filter(isScope), stores, expiresAt: expiresAt && floorDate(expiresAt) };
}

/** @throws ConnectError INVALID_ARGUMENT */
export function readKeepPreviousMs({ keepPreviousFor }: RotateApiKeyRequest): number {
  requireNanos({ keep_previous_for: keepPreviousFor });
  return keepPreviousFor === undefined ? 0 : durationMs(keepPreviousFor);
}

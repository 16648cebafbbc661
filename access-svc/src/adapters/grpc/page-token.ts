import { decodeToken, encodeToken } from '@vigie/service-kit/grpc';
import type { ApiKeyPosition } from '../../domain/api-key.ts';

/** Of `ApiKey.id`, as in the proto. */
const ID = /^[0-9A-Za-z]{1,64}$/;
/** The first instant of the year 10000, in milliseconds since 1970. */
const TIME_END = 253_402_300_800_000;

/** @param next where the next page goes on; the token is empty if there is none (AIP-158) */
export function encodePageToken(next: ApiKeyPosition | undefined): string {
  return next === undefined ? '' : encodeToken([next.createdAt.getTime(), next.id]);
}

/** @throws ConnectError INVALID_ARGUMENT naming `page_token` if it is none */
export function decodePageToken(token: string): ApiKeyPosition {
  return decodeToken('page_token', token, ([time, id]) =>
    isTime(time) && typeof id === 'string' && ID.test(id) ? { createdAt: new Date(time), id } : undefined,
  );
}

function isTime(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < TIME_END;
}

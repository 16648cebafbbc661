import { createHash } from 'node:crypto';
import { findUidFault } from '@vigie/mesh/alert/alert.ts';
import { invalidArgument } from '@vigie/mesh/grpc/rpc-error.ts';
import type { AlertFilter, ListPosition } from '../../domain/alert-filter.ts';
import { decodeToken, encodeToken } from './opaque-token.ts';

/** The last instant of the year 9999 in microseconds. */
const MICROS_END = 253_402_300_800_000_000;

export function encodePageToken({ timestampMicros, uid }: ListPosition, filter: AlertFilter): string {
  return encodeToken([timestampMicros, uid, filterHash(filter)]);
}

/** @throws ConnectError INVALID_ARGUMENT if it is no page token, or one of a list with other filters */
export function decodePageToken(token: string, filter: AlertFilter): ListPosition {
  const { position, hash } = decodeToken('page_token', token, ([timestampMicros, uid, hash]) =>
    isMicros(timestampMicros) && typeof uid === 'string' && findUidFault(uid) === undefined
      ? { position: { timestampMicros, uid }, hash }
      : undefined,
  );
  if (hash === filterHash(filter)) return position;
  const description = 'belongs to a list with other filters; keep them, or begin without a page_token';
  throw invalidArgument([{ field: 'page_token', description }]);
}

function isMicros(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < MICROS_END;
}

function filterHash({ store, status, sinceMicros, untilMicros }: AlertFilter): string {
  const filters = JSON.stringify([store ?? null, status ?? null, sinceMicros ?? null, untilMicros ?? null]);
  return createHash('sha256').update(filters).digest('base64url').slice(0, 11);
}

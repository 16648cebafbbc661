import { decodeToken, encodeToken } from '@vigie/service-kit/grpc';
import type { ListPosition } from '../../domain/list-position.ts';

/** The first instant of the year 10000, in milliseconds since 1970. */
const TIME_END = 253_402_300_800_000;

/** @param next where the next page goes on; the token is empty if there is none (AIP-158) */
export function encodePageToken(next: ListPosition | undefined): string {
  return next === undefined ? '' : encodeToken([next.time.getTime(), next.id]);
}

/**
 * @param idForm of the list's items, as in the proto
 * @throws ConnectError INVALID_ARGUMENT naming `page_token` if it is none of such a list
 */
export function decodePageToken(token: string, idForm: RegExp): ListPosition {
  return decodeToken('page_token', token, ([time, id]) =>
    isTime(time) && typeof id === 'string' && idForm.test(id) ? { time: new Date(time), id } : undefined,
  );
}

function isTime(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < TIME_END;
}

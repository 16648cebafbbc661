import { createHash } from 'node:crypto';
import { findUidViolation } from '@vigie/alert';
import { decodeToken, encodeToken, invalidArgument } from '@vigie/service-kit/grpc';
import type { AlertFilter, ListOrder, ListPosition } from '../../domain/alert-filter.ts';
import type { QuarantineFilter, QuarantinePosition, QuarantineState } from '../../domain/quarantined-alert.ts';

/** The last instant of the year 9999 in microseconds. */
const MICROS_END = 253_402_300_800_000_000;

/** A list that is filtered and ordered. */
export type OrderedFilter = AlertFilter & { readonly order: ListOrder };

/** @param next where the next page goes on; the token is empty if there is none (AIP-158) */
export function encodePageToken(next: ListPosition | undefined, filter: OrderedFilter): string {
  return next === undefined ? '' : encodeToken([next.micros, next.uid, filterHash(filter)]);
}

/** @throws ConnectError INVALID_ARGUMENT if it is no page token, or one of a list with other filters or order */
export function decodePageToken(token: string, filter: OrderedFilter): ListPosition {
  return decodeOfList(token, filter, (micros, uid) =>
    isWhole(micros, MICROS_END) && findUidViolation(uid) === undefined ? { micros, uid } : undefined,
  );
}

/** @param next as above */
export function encodeQuarantineToken(
  next: QuarantinePosition | undefined,
  filter: QuarantineFilter & { readonly state: QuarantineState },
): string {
  return next === undefined ? '' : encodeToken([next.quarantinedAtMs, next.id, filterHash(filter)]);
}

/** @throws ConnectError INVALID_ARGUMENT if it is no page token, or one of a list with other filters */
export function decodeQuarantineToken(
  token: string,
  filter: QuarantineFilter & { readonly state: QuarantineState },
): QuarantinePosition {
  return decodeOfList(token, filter, (quarantinedAtMs, id) =>
    isWhole(quarantinedAtMs, MICROS_END / 1e3) && !id.includes('\0') ? { quarantinedAtMs, id } : undefined,
  );
}

function decodeOfList<P>(token: string, filter: object, parse: (time: unknown, name: string) => P | undefined): P {
  const { position, hash } = decodeToken('page_token', token, ([time, name, hash]) => {
    const position = typeof name === 'string' ? parse(time, name) : undefined;
    return position === undefined ? undefined : { position, hash };
  });
  if (hash === filterHash(filter)) return position;
  const description = 'belongs to a list with other filters or another order; keep them, or begin without a page_token';
  throw invalidArgument([{ field: 'page_token', description }]);
}

function isWhole(value: unknown, end: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < end;
}

function filterHash(filter: object): string {
  const filters = Object.entries(filter).filter(([, value]) => value !== undefined);
  const text = JSON.stringify(filters.sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(text).digest('base64url').slice(0, 11);
}

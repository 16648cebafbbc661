import type { IncomingMessage } from 'node:http';
import { malformedKey } from './idempotency-errors.ts';

export const IDEMPOTENCY_KEY = 'idempotency-key';

/**
 * A String of RFC 9651, without spaces: they are no part of a key. Or what is in one, as most clients send it; what
 * separates values, or begins a String, is left to the quoted form.
 */
export const KEY_PATTERN = String.raw`^(?:"((?:[!#-\[\]-~]|\\["\\]){1,255})"|([!#-+\--:<-\[\]-~]{1,255}))$`;
const KEY = new RegExp(KEY_PATTERN);

/**
 * The `Idempotency-Key` of a POST; undefined if it has none. Other methods of HTTP are idempotent without one.
 *
 * https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07
 *
 * @throws ConnectError INVALID_ARGUMENT
 */
export function readIdempotencyKey({ method, headers, rawHeaders }: IncomingMessage): string | undefined {
  const field = headers[IDEMPOTENCY_KEY];
  if (field === undefined || method !== 'POST') return undefined;
  // Node joins several into one.
  const fields = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === IDEMPOTENCY_KEY);
  if (fields.length > 1) throw malformedKey();
  const [, quoted, unquoted] = KEY.exec(String(field).trim()) ?? [];
  const key = quoted?.replace(/\\(.)/g, '$1') ?? unquoted;
  if (key === undefined) throw malformedKey();
  return key;
}

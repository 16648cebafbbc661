import { createHash } from 'node:crypto';
import type { Exchange } from '../exchange.ts';

/**
 * SHA-256 of all that makes a request what it is. An encoding counts too: the same bytes are another message by another
 * one.
 */
export function fingerprintOf(
  { request, path, query }: Pick<Exchange, 'request' | 'path' | 'query'>,
  body: Uint8Array,
): Uint8Array {
  const { 'content-type': type = '', 'content-encoding': encoding = '' } = request.headers;
  // As JSON, so that none can look like the end of another.
  const head = JSON.stringify([request.method, path, query, type, encoding]);
  return createHash('sha256').update(`${head}\n`).update(body).digest();
}

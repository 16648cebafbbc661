/** How a client's first bytes say that it speaks HTTP/2: https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** Enough bytes to distinguish it from every method of HTTP/1. */
const DISTINGUISHING_LENGTH = 'PRI'.length;

export type HttpVersion = 'http1' | 'http2';

/** The version that a client speaks whose first bytes these are; `undefined` while they are too few to tell. */
export function httpVersionOf(seen: string): HttpVersion | undefined {
  if (seen.length < DISTINGUISHING_LENGTH && HTTP2_PREFACE.startsWith(seen)) return undefined;
  return HTTP2_PREFACE.startsWith(seen.slice(0, HTTP2_PREFACE.length)) ? 'http2' : 'http1';
}

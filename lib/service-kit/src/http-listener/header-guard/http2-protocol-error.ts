/** What a client does that no HTTP/2 connection survives. */
export class Http2ProtocolError extends Error {
  override readonly name = 'Http2ProtocolError';
}

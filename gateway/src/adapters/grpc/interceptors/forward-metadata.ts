import type { Interceptor } from '@connectrpc/connect';

/**
 * Forwards only those of the caller's headers that are metadata. Headers that belong to one connection, to HTTP or to
 * the protocol between caller and gateway are dropped. Innermost, so that the interceptors before it see all headers.
 */
export const forwardMetadata: Interceptor = next => request => {
  const named = (request.header.get('connection') ?? '').split(',').map(name => name.trim().toLowerCase());
  for (const [name, value] of [...request.header]) {
    if (named.includes(name) || !isMetadata(name, value)) request.header.delete(name);
  }
  return next(request);
};

const PREFIXES_THAT_STAY = [':', 'accept', 'connect-', 'content-', 'grpc-', 'if-', 'proxy-', 'sec-'];

const NAMES_THAT_STAY: ReadonlySet<string> = new Set([
  // Belong to one connection: RFC 9110, 7.6.1.
  ...['connection', 'http2-settings', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  // Belong to the HTTP request.
  ...[
    'cache-control',
    'expect',
    'host',
    'idempotency-key',
    'last-event-id',
    'origin',
    'pragma',
    'priority',
    'range',
    'referer',
  ],
  // Name the client's library; the channel to the service names its own.
  ...['user-agent', 'x-grpc-web', 'x-user-agent'],
  // The channel sends the trace on, with the gateway's span.
  'traceparent',
]);

/** What gRPC's metadata can hold: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const METADATA_NAME = /^[0-9a-z_.-]+$/;
const ASCII_VALUE = /^[\x20-\x7e]*$/;
const BASE64_VALUES = /^[A-Za-z0-9+/]*={0,2}(, *[A-Za-z0-9+/]*={0,2})*$/;

function isMetadata(name: string, value: string): boolean {
  if (NAMES_THAT_STAY.has(name) || PREFIXES_THAT_STAY.some(prefix => name.startsWith(prefix))) return false;
  return METADATA_NAME.test(name) && (name.endsWith('-bin') ? BASE64_VALUES : ASCII_VALUE).test(value);
}

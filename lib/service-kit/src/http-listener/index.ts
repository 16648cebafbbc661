export { callerOf } from './caller.ts';
export type { Peer } from './connection.ts';
export { cut, followResponse, limitSending } from './follow-response.ts';
export { headersOf } from './headers-of.ts';
export { HttpListener, type RequestListener } from './http-listener.ts';
export { http2StreamOf } from './http2-stream.ts';
export type { ListenerLimits } from './listener-limits.ts';
export type { KeyPair } from './tls/tls-acceptor.ts';

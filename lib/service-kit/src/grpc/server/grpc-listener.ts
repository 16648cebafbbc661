import type { IncomingMessage } from 'node:http';
import { followResponse } from '../../http-listener/follow-response.ts';
import type { RequestListener } from '../../http-listener/http-listener.ts';
import { http2StreamOf } from '../../http-listener/http2-stream.ts';
import { ServerCall, type ServerCallParts } from './server-call.ts';

/** JSON as gRPC's codec is the gateway's. */
const CONTENT_TYPE = /^application\/grpc(\+proto)?(;|$)/i;

/** Serves gRPC over HTTP/2: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export function createGrpcListener(parts: ServerCallParts): RequestListener {
  return (request, response, caller) => {
    const stream = http2StreamOf(response);
    if (stream !== undefined && isGrpc(request)) {
      void new ServerCall(request, response, caller, parts).serve();
      return;
    }
    followResponse(request, response, () => undefined);
    response.writeHead(stream === undefined ? 505 : 415, { 'content-type': 'text/plain' });
    response.end('This port speaks gRPC over HTTP/2; other protocols are spoken by the gateway.\n');
  };
}

function isGrpc({ method, headers }: IncomingMessage): boolean {
  return method === 'POST' && CONTENT_TYPE.test(headers['content-type'] ?? '');
}

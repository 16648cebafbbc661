import type { IncomingMessage } from 'node:http';
import type { DescMethod } from '@bufbuild/protobuf';
import type { Interceptor } from '@connectrpc/connect';
import { followResponse, http2StreamOf, type RequestListener } from '../../http-listener/index.ts';
import type { Admissions } from '../../limits/admissions.ts';
import type { RequestLimits } from '../../limits/request-limits.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Next } from '../interceptors/chain.ts';
import { ServerCall } from './server-call.ts';

export interface ServedMethod {
  readonly method: DescMethod;
  readonly run: Next;
}

export interface GrpcListenerParts {
  /** By path: `/package.Service/Method`. */
  readonly methods: ReadonlyMap<string, ServedMethod>;
  /** Around each call of these methods, also one that is refused. They don't see its messages. */
  readonly interceptors: readonly Interceptor[];
  readonly admissions: Admissions;
  readonly limits: RequestLimits;
  /** Aborts once the server stops. Server streams, and the requests of other streams, end with its reason. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

/** JSON as gRPC's codec is the gateway's. */
const CONTENT_TYPE = /^application\/grpc(\+proto)?(;|$)/i;

/** Serves gRPC over HTTP/2: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export function createGrpcListener(parts: GrpcListenerParts): RequestListener {
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

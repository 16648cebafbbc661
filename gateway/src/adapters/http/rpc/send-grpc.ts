import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { ConnectError } from '@connectrpc/connect';
import { compressionNegotiate, type UniversalServerResponse } from '@connectrpc/connect/protocol';
import { findTrailerError } from '@connectrpc/connect/protocol-grpc';
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node';
import { codeNameOf, toTrailer } from '@vigie/service-kit/grpc';
import { http2StreamOf, limitSending } from '@vigie/service-kit/http-listener';
import { type Exchange, hasLeft } from '../exchange.ts';

/** What answers are compressed with if a client accepts it. */
export const COMPRESSIONS = [compressionGzip, compressionBrotli];

const ACCEPTED_ENCODINGS = { 'grpc-accept-encoding': 'identity,gzip,br' };
const CONTENT_TYPE = /^application\/(grpc|grpc-web)(?:\+(proto|json))?(?:;|$)/i;

/** Whether it is a call of gRPC itself, not of gRPC-Web. */
export function isGrpc({ request, response }: Exchange): boolean {
  return protocolOf(request)?.name === 'grpc' && http2StreamOf(response) !== undefined;
}

/** Whether it is a call of gRPC or gRPC-Web, whose errors are answers with status 200. */
export function expectsGrpcStatus({ request }: Exchange): boolean {
  return request.method === 'POST' && protocolOf(request) !== undefined;
}

/** Sends the headers of an answer before its first message: its client learns that the call is accepted. */
export function sendGrpcHead(exchange: Exchange): void {
  const { request, response } = exchange;
  if (response.headersSent || hasLeft(exchange)) return;
  const accepted = request.headers['grpc-accept-encoding'];
  const { response: compression } = compressionNegotiate(COMPRESSIONS, null, accepted?.toString() ?? null, '');
  response.writeHead(200, {
    ...ACCEPTED_ENCODINGS,
    ...(compression === null ? {} : { 'grpc-encoding': compression.name }),
    'content-type': contentTypeOf(request),
  });
}

/**
 * Sends what Connect answers a call of gRPC with. An error before the first message is a response of headers alone:
 * after any other, clients don't try again by their retry policies.
 *
 * https://github.com/grpc/proposal/blob/master/A6-client-retries.md#when-retries-are-valid
 */
export async function sendGrpc(answer: UniversalServerResponse, exchange: Exchange): Promise<void> {
  const { header, body, trailer = new Headers() } = answer;
  const { response, signal } = exchange;
  const sendHead = (): void => {
    if (!response.headersSent)
      response.writeHead(200, { ...ACCEPTED_ENCODINGS, ...Object.fromEntries(new Headers(header)) });
  };
  for await (const chunk of body ?? []) {
    if (hasLeft(exchange)) return;
    sendHead();
    if (!response.write(chunk)) await once(response, 'drain', { signal });
  }
  if (hasLeft(exchange)) return;
  const error = findTrailerError(new Headers(trailer));
  if (error !== undefined && !response.headersSent) return endWithHeaders(exchange, error);
  sendHead();
  response.addTrailers(Object.fromEntries(error === undefined ? new Headers(trailer) : toTrailer(error)));
  response.end();
}

/** Answers a call of gRPC or gRPC-Web that nothing has been sent of with an error of the gateway itself. */
export function sendGrpcError(exchange: Exchange, error: ConnectError): void {
  exchange.code = codeNameOf(error.code);
  endWithHeaders(exchange, error);
  limitSending(exchange.response, exchange.sendTimeoutMs, exchange.call);
}

/** Trailers-Only: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses */
function endWithHeaders({ request, response }: Exchange, error: ConnectError): void {
  const fields = { ...ACCEPTED_ENCODINGS, ...Object.fromEntries(toTrailer(error)) };
  for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
  response.setHeader('content-type', contentTypeOf(request));
  // Without `writeHead` before it, the headers say that nothing follows.
  response.end();
}

function contentTypeOf(request: IncomingMessage): string {
  const { name, codec } = protocolOf(request) ?? { name: 'grpc', codec: 'proto' };
  return `application/${name}+${codec}`;
}

function protocolOf({ headers }: IncomingMessage): { readonly name: string; readonly codec: string } | undefined {
  const [, name, codec = 'proto'] = CONTENT_TYPE.exec(headers['content-type'] ?? '') ?? [];
  return name === undefined ? undefined : { name: name.toLowerCase(), codec: codec.toLowerCase() };
}

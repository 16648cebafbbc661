import type { IncomingMessage } from 'node:http';
import { constants, gzip } from 'node:zlib';
import type { JsonValue } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { codeNameOf, internalError } from '@vigie/service-kit/grpc';
import { limitSending } from '@vigie/service-kit/http-listener';
import type { Logger } from '@vigie/service-kit/telemetry';
import { type Answer, JSON_TYPE, jsonAnswer } from './answer.ts';
import { errorJson } from './error-json.ts';
import { type Exchange, hasLeft } from './exchange.ts';
import { HttpError } from './http-error.ts';
import { httpStatusOf } from './http-status.ts';

export function sendJson(
  exchange: Exchange,
  status: number,
  body: JsonValue,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendAnswer(exchange, jsonAnswer(status, body, headers));
}

/** Less fits into one packet anyway. */
const MIN_GZIP_BYTES = 1_024;
/** Pictures are compressed already. */
const COMPRESSIBLE: readonly (string | undefined)[] = [JSON_TYPE, 'application/proto'];

/** Sends an answer, compressed for who accepts that; none to a client that has left. */
export function sendAnswer(exchange: Exchange, { status, headers, body }: Answer): void {
  if (hasLeft(exchange)) return;
  const { 'content-type': contentType = '', ...others } = headers;
  const isCompressible = COMPRESSIBLE.includes(contentType);
  if (isCompressible) exchange.response.appendHeader('vary', 'accept-encoding');
  if (status === 304) {
    exchange.response.writeHead(status, others).end();
  } else if (!isCompressible || body.byteLength < MIN_GZIP_BYTES || !acceptsGzip(exchange.request)) {
    sendBytes(exchange, status, contentType, body, others);
  } else {
    // Off the event loop: a page of a thousand alerts takes some milliseconds.
    gzip(body, { level: constants.Z_BEST_SPEED }, (error, zipped) => {
      if (exchange.response.destroyed) return;
      if (error !== null) sendBytes(exchange, status, contentType, body, others);
      else sendBytes(exchange, status, contentType, zipped, { ...others, 'content-encoding': 'gzip' });
    });
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
export function acceptsGzip({ headers }: IncomingMessage): boolean {
  const codings = String(headers['accept-encoding'] ?? '').split(',');
  const found = codings.map(each => /^\s*(gzip|x-gzip|\*)\s*(?:;\s*q=([\d.]+)\s*)?$/i.exec(each));
  const gzips = found.filter(match => match !== null && match[1] !== '*');
  return (gzips.length > 0 ? gzips : found).some(match => match !== null && Number(match[2] ?? 1) > 0);
}

export function sendBytes(
  exchange: Exchange,
  status: number,
  contentType: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  const { response } = exchange;
  response.writeHead(status, {
    ...headers,
    'content-type': contentType,
    'content-length': body.byteLength,
  });
  response.end(body);
  limitSending(response, exchange.sendTimeoutMs, exchange.call);
}

/** Answers with an error in the form of AIP-193; an unexpected error is logged, and its message hidden. */
export function sendError(exchange: Exchange, thrown: unknown, logger: Logger): void {
  const answer = errorAnswer(exchange, thrown, logger);
  if (exchange.response.headersSent) return;
  sendAnswer(exchange, answer);
}

export function errorAnswer(exchange: Exchange, thrown: unknown, logger: Logger): Answer {
  const { error, status, headers } = describeError(exchange, thrown, logger);
  return jsonAnswer(status, errorJson(error, status), headers);
}

export interface DescribedError {
  readonly error: ConnectError;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export function describeError(exchange: Exchange, thrown: unknown, logger: Logger): DescribedError {
  const described = describe(thrown, cause => {
    logger.error({ err: cause, path: exchange.path }, 'request failed');
    return internalError(cause);
  });
  exchange.code = codeNameOf(described.error.code);
  return described;
}

function describe(thrown: unknown, hide: (cause: unknown) => ConnectError): DescribedError {
  if (thrown instanceof HttpError) {
    return { error: thrown.rpcError, status: thrown.status, headers: thrown.headers };
  }
  const error = thrown instanceof ConnectError ? thrown : hide(thrown);
  return { error, status: httpStatusOf(error), headers: errorHeaders(error) };
}

function errorHeaders(error: ConnectError): Record<string, string> {
  // RFC 9110, section 11.6.1.
  return error.code === Code.Unauthenticated ? { 'www-authenticate': 'Bearer' } : retryHeaders(error);
}

export function retryHeaders(error: ConnectError): Record<string, string> {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  if (delay === undefined) return {};
  // The header holds whole seconds, so rounded up: nobody tries again too early.
  return { 'retry-after': String(Number(delay.seconds) + (delay.nanos > 0 ? 1 : 0)) };
}

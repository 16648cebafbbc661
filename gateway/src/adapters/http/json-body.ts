import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { JsonValue } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';
import { unsupportedMediaType } from './http-error.ts';
import { readBody } from './read-body.ts';

const JSON_TYPE = /^(application|text)\/(.+\+)?json$/;
/** Default content types of `curl -d` and `fetch`; JSON in such a body is accepted as JSON. */
const UNSAID_TYPES = ['', 'application/x-www-form-urlencoded', 'text/plain', 'application/octet-stream'];

/**
 * The JSON of a request's body; `undefined` if it has none.
 *
 * @throws HttpError, ConnectError
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<JsonValue | undefined> {
  const contentType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isJson = JSON_TYPE.test(contentType);
  if (!isJson && !UNSAID_TYPES.includes(contentType)) throw unsupportedMediaType(contentType);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw unsupportedMediaType(`encoded with ${encoding}`);
  const body = await readBody(request, maxBytes);
  if (body.byteLength === 0) return undefined;
  if (!isUtf8(body)) throw malformed('it holds bytes that are not UTF-8');
  try {
    return JSON.parse(body.toString('utf8')) as JsonValue;
  } catch (error) {
    if (!isJson && contentType !== '') throw unsupportedMediaType(contentType);
    throw malformed((error as Error).message, error);
  }
}

function malformed(why: string, cause?: unknown): ConnectError {
  return rpcError(Code.InvalidArgument, `The body is not well-formed JSON: ${why}.`, {
    reason: 'MALFORMED_JSON',
    cause,
  });
}

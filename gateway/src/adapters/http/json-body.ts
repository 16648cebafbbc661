import type { JsonValue } from '@bufbuild/protobuf';
import { type AdmittedCall, type RequestLimits, readBody } from '@vigie/service-kit/limits';
import type { Exchange } from './exchange.ts';
import { unsupportedMediaType } from './http-error.ts';
import { parseJson } from './json-message.ts';

const JSON_TYPE = /^(application|text)\/(.+\+)?json$/;

/**
 * The bytes of a body that is to be JSON.
 *
 * @throws HttpError, ConnectError
 */
export async function readJsonBytes({ request }: Exchange, call: AdmittedCall, limits: RequestLimits): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw unsupportedMediaType(`encoded with ${encoding}`);
  return readBody(request, call, limits);
}

/**
 * The JSON of a request's body; `undefined` if it has none. A body without a content type is taken as JSON; one of
 * another type is refused: a web page can send the types of forms to any address without asking first.
 * https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 *
 * What is broken is told as broken first, whatever the content type: whoever mends that alone would learn of it next.
 *
 * @param alsoTaken other types that count as JSON
 * @throws HttpError, ConnectError
 */
export function parseJsonBody(
  { request }: Exchange,
  body: Buffer,
  call: AdmittedCall,
  limits: RequestLimits,
  alsoTaken: readonly string[] = [],
): JsonValue | undefined {
  const contentType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isTaken = contentType === '' || JSON_TYPE.test(contentType) || alsoTaken.includes(contentType);
  if (!isTaken && !looksLikeJson(body)) throw unsupportedMediaType(contentType);
  const json = body.byteLength === 0 ? undefined : parseJson(body, call, limits.decode);
  if (!isTaken) throw unsupportedMediaType(contentType);
  return json;
}

/** The body of a form, or XML, is not broken JSON. */
function looksLikeJson(body: Buffer): boolean {
  return /^[ \t\r\n]*[[{"]/.test(body.toString('latin1', 0, 256));
}

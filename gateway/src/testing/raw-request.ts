import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** One way to send a message over HTTP, byte by byte as a client without a library would. */
export interface Form {
  readonly name: string;
  readonly httpVersion: '1.1' | '2';
  readonly codec: 'binary' | 'json';
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a message has a head of five bytes. */
  readonly isEnveloped: boolean;
  /** The header that names how messages are compressed; absent if they may not be. */
  readonly encodingHeader?: string;
}

const CODECS = ['binary', 'json'] as const;
const suffixOf = { binary: 'proto', json: 'json' };

const enveloped = (protocol: string, encodingHeader: string, httpVersion: Form['httpVersion']): readonly Form[] =>
  CODECS.map(codec => ({
    name: `${protocol}, ${codec}, HTTP/${httpVersion}`,
    httpVersion,
    codec,
    headers: { 'content-type': `application/${protocol}+${suffixOf[codec]}`, te: 'trailers' },
    isEnveloped: true,
    encodingHeader,
  }));

export const UNARY_FORMS: readonly Form[] = [
  ...(['1.1', '2'] as const).flatMap(httpVersion => [
    ...CODECS.map(codec => ({
      name: `Connect, ${codec}, HTTP/${httpVersion}`,
      httpVersion,
      codec,
      headers: { 'content-type': `application/${suffixOf[codec]}` },
      isEnveloped: false,
      encodingHeader: 'content-encoding',
    })),
    ...enveloped('grpc-web', 'grpc-encoding', httpVersion),
  ]),
  ...enveloped('grpc', 'grpc-encoding', '2'),
];

export const STREAM_FORMS: readonly Form[] = [
  ...enveloped('connect', 'connect-content-encoding', '1.1'),
  ...UNARY_FORMS.filter(({ isEnveloped }) => isEnveloped),
];

export const REST_FORMS: readonly Form[] = (['1.1', '2'] as const).map(httpVersion => ({
  name: `REST, HTTP/${httpVersion}`,
  httpVersion,
  codec: 'json',
  headers: { 'content-type': 'application/json' },
  isEnveloped: false,
}));

export interface RawAnswer {
  readonly status: number;
  /** Headers, body and trailers, one after the other. */
  readonly text: string;
}

/** The name of the gRPC code that an answer of any protocol has; `OK` if it has none. */
export function codeNameIn({ text }: RawAnswer): string {
  const status = /"?grpc-status"?: ?"?(\d+)/.exec(text)?.[1];
  if (status !== undefined)
    return Object.entries(GRPC_STATUSES).find(([, number]) => number === Number(status))?.[0] ?? status;
  return (/"(?:code|status)":"([A-Za-z_]+)"/.exec(text)?.[1] ?? 'OK').toUpperCase();
}

const GRPC_STATUSES = { OK: 0, CANCELED: 1, INVALID_ARGUMENT: 3, DEADLINE_EXCEEDED: 4, RESOURCE_EXHAUSTED: 8 };

export function encodeBody({ isEnveloped }: Form, message: Uint8Array, isCompressed = false): Buffer {
  if (!isEnveloped) return Buffer.from(message);
  const head = Buffer.alloc(5);
  head.writeUInt8(isCompressed ? 1 : 0);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

export const compressors = { gzip: gzipSync, br: brotliCompressSync };

export async function sendRaw(
  url: string,
  path: string,
  { httpVersion, headers }: Form,
  body: Uint8Array,
  moreHeaders: Readonly<Record<string, string>> = {},
  { isUnfinished = false } = {},
): Promise<RawAnswer> {
  const all = { ...headers, ...moreHeaders };
  if (httpVersion === '1.1') {
    const { te: _, ...plain } = all as Record<string, string>;
    const request = httpRequest(`${url}${path}`, { method: 'POST', headers: plain, agent: false });
    if (isUnfinished) request.write(body);
    else request.end(body);
    // The connection may be closed while a body that was refused is still being sent.
    request.on('error', () => {});
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += chunk;
    request.destroy();
    return { status: response.statusCode ?? 0, text: JSON.stringify(response.headers) + text };
  }
  const session = connect(url);
  try {
    const stream = session.request({ ':method': 'POST', ':path': path, ...all });
    if (isUnfinished) stream.write(body);
    else stream.end(body);
    let trailers = {};
    stream.on('trailers', found => {
      trailers = found;
    });
    const [found] = await once(stream, 'response');
    let text = '';
    for await (const chunk of stream) text += chunk;
    return { status: Number(found[':status']), text: JSON.stringify(found) + text + JSON.stringify(trailers) };
  } finally {
    session.destroy();
  }
}

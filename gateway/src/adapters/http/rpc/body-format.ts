import type { IncomingHttpHeaders } from 'node:http';
import { type Encoding, isEncoding } from '@vigie/service-kit/limits';

/** How the messages of an RPC are laid out in its body. */
export interface BodyFormat {
  /** Whether each message has a head of five bytes: flags and length. Otherwise the body is the one message. */
  readonly isEnveloped: boolean;
  readonly codec: 'binary' | 'json';
  /** How a compressed message is compressed; absent if none may be. */
  readonly encoding: Encoding | undefined;
  readonly encodingHeader: string;
}

const CONTENT_TYPE = /^application\/(?:(connect|grpc-web|grpc)\b\+?)?(proto|json)?/i;

/** Connect's, gRPC's and gRPC-Web's headers for the encoding, by the beginning of the content type. */
const ENCODING_HEADERS: Readonly<Record<string, string>> = {
  '': 'content-encoding',
  connect: 'connect-content-encoding',
  grpc: 'grpc-encoding',
  'grpc-web': 'grpc-encoding',
};

/**
 * The format that the headers name; `undefined` for a content type or an encoding that no protocol here has.
 *
 * https://connectrpc.com/docs/protocol, https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export function bodyFormat(headers: IncomingHttpHeaders): BodyFormat | undefined {
  const [, protocol = '', codec] = CONTENT_TYPE.exec(headers['content-type'] ?? '') ?? [];
  if (protocol === '' && codec === undefined) return undefined;
  const encodingHeader = ENCODING_HEADERS[protocol.toLowerCase()] ?? 'grpc-encoding';
  const encoding = headers[encodingHeader] ?? 'identity';
  if (typeof encoding !== 'string' || (encoding !== 'identity' && !isEncoding(encoding))) return undefined;
  return {
    isEnveloped: protocol !== '',
    codec: codec?.toLowerCase() === 'json' ? 'json' : 'binary',
    encoding: encoding === 'identity' ? undefined : encoding,
    encodingHeader,
  };
}

import type { IncomingHttpHeaders } from 'node:http';

/** How the messages of an RPC are laid out in its body. */
export interface BodyFormat {
  /** Whether each message has a head of five bytes: flags and length. Otherwise the body is the one message. */
  readonly isEnveloped: boolean;
  readonly codec: 'binary' | 'json';
  readonly encodingHeader: string;
  /** Says which encodings are known. */
  readonly acceptHeader: string;
}

const CONTENT_TYPE = /^application\/(?:(connect|grpc-web|grpc)\b\+?)?(proto|json)?/i;

/** Connect's, gRPC's and gRPC-Web's headers for encodings, by the beginning of the content type. */
const ENCODING_HEADERS: Readonly<Record<string, Pick<BodyFormat, 'encodingHeader' | 'acceptHeader'>>> = {
  '': { encodingHeader: 'content-encoding', acceptHeader: 'accept-encoding' },
  connect: { encodingHeader: 'connect-content-encoding', acceptHeader: 'connect-accept-encoding' },
};
const GRPC_ENCODING_HEADERS = { encodingHeader: 'grpc-encoding', acceptHeader: 'grpc-accept-encoding' };

/**
 * The format that the headers name; `undefined` for a content type that no protocol here has.
 *
 * https://connectrpc.com/docs/protocol, https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export function bodyFormat(headers: IncomingHttpHeaders): BodyFormat | undefined {
  const [, protocol = '', codec] = CONTENT_TYPE.exec(headers['content-type'] ?? '') ?? [];
  if (protocol === '' && codec === undefined) return undefined;
  return {
    isEnveloped: protocol !== '',
    codec: codec?.toLowerCase() === 'json' ? 'json' : 'binary',
    ...(ENCODING_HEADERS[protocol.toLowerCase()] ?? GRPC_ENCODING_HEADERS),
  };
}

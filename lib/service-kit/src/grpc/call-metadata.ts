import { decodeBinaryHeader, encodeBinaryHeader } from '@connectrpc/connect';
import { Metadata } from '@grpc/grpc-js';

/** Keys with this suffix have bytes as their values, in base64 on the wire. */
const BINARY_SUFFIX = '-bin';

/** grpc-js's metadata as the headers that Connect's interceptors and clients see. */
export function toHeaders(metadata: Metadata | undefined): Headers {
  const headers = new Headers();
  if (metadata !== undefined) copyMetadata(metadata, headers);
  return headers;
}

export function copyMetadata(metadata: Metadata, headers: Headers): void {
  for (const [key, value] of Object.entries(metadata.getMap())) {
    headers.set(key, typeof value === 'string' ? value : encodeBinaryHeader(value));
  }
}

export function toMetadata(headers: Headers | undefined): Metadata {
  const metadata = new Metadata();
  headers?.forEach((value, key) => {
    metadata.set(key, key.endsWith(BINARY_SUFFIX) ? Buffer.from(decodeBinaryHeader(value)) : value);
  });
  return metadata;
}

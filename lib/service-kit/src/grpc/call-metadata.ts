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
  for (const key of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(key)) {
      headers.append(key, typeof value === 'string' ? value : encodeBinaryHeader(value));
    }
  }
}

export function toMetadata(headers: Headers | undefined): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of headers ?? []) {
    if (key.endsWith(BINARY_SUFFIX)) {
      // Several values of one key come joined.
      for (const each of value.split(',')) metadata.add(key, Buffer.from(decodeBinaryHeader(each.trim())));
    } else {
      metadata.set(key, value);
    }
  }
  return metadata;
}

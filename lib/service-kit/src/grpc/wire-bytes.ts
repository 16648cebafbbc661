import type { Message } from '@bufbuild/protobuf';

/** Those of smaller messages are nobody's concern. */
const MIN_BYTES = 1024;
const sizes = new WeakMap<object, number>();

/** A deserializer that remembers how many bytes large messages were made from. */
export function noteWireBytes(deserialize: (bytes: Buffer) => Message): (bytes: Buffer) => Message {
  return bytes => {
    const message = deserialize(bytes);
    if (bytes.byteLength >= MIN_BYTES) sizes.set(message, bytes.byteLength);
    return message;
  };
}

/** How many bytes an answer took that came over a `ChannelTransport`; 0 if it was smaller than 1 KiB. */
export function wireBytes(answer: object): number {
  return sizes.get(answer) ?? 0;
}

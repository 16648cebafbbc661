import { type DescMessage, type DescMethod, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';

/** The path of a method in HTTP/2: `/package.Service/Method`. */
export function methodPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** What Connect's interceptors learn of the method of a call, whichever side they are on. */
export function requestHead(method: DescMethod) {
  return { service: method.parent, requestMethod: 'POST', url: `http://grpc${methodPath(method)}` };
}

export function serializer(schema: DescMessage): (message: Message) => Buffer {
  return message => {
    const bytes = toBinary(schema, message);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

export function deserializer(schema: DescMessage): (bytes: Buffer) => Message {
  return bytes => fromBinary(schema, bytes);
}

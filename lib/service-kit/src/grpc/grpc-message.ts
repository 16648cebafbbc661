/** Everything but printable ASCII without the percent sign. */
const ENCODED = /[^\x20-\x24\x26-\x7e]+/g;

/**
 * The value of `grpc-message`: percent-encoded where it has to be, and nowhere else. grpc-js leaves `%3A` and other
 * reserved characters as they are.
 *
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses
 */
export function encodeGrpcMessage(message: string): string {
  return message.toWellFormed().replace(ENCODED, encodeURIComponent);
}

const GOAWAY = 7;
const MAX_STREAM_ID = 2 ** 31 - 1;
const FRAME_HEAD_BYTES = 9;
const PAYLOAD_BYTES = 8;

/**
 * The first of the two GOAWAY frames with which a server ends a connection: "open no more streams", though those that
 * are on their way are still served. https://www.rfc-editor.org/rfc/rfc9113#section-6.8
 */
export function shutdownNotice(): Buffer {
  // All that isn't written is zero: flags, the stream, and the error code, NO_ERROR.
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + PAYLOAD_BYTES);
  frame.writeUIntBE(PAYLOAD_BYTES, 0, 3);
  frame.writeUInt8(GOAWAY, 3);
  frame.writeUInt32BE(MAX_STREAM_ID, FRAME_HEAD_BYTES);
  return frame;
}

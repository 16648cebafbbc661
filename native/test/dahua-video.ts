const HEADER_BYTES = 24;
const TRAILER_BYTES = 8;
const KEY_VIDEO = 0xfd;
const H264 = 4;
const FRAME_RATE = 25;

/**
 * A recording of a Dahua camera (.dav), as libav's demuxer reads it (libavformat/dhav.c): chunks with an extension that
 * states codec, rate and size, here all with the same key picture.
 */
export function dahuaVideo(picture: Uint8Array, frames: number, size = { width: 96, height: 64 }): Buffer {
  const extension = Buffer.from([0x81, 0, H264, FRAME_RATE, 0x80, 0, size.width / 8, size.height / 8]);
  return Buffer.concat(Array.from({ length: frames }, (_, number) => chunk(number, extension, picture)));
}

function chunk(number: number, extension: Buffer, payload: Uint8Array): Buffer {
  const length = HEADER_BYTES + extension.length + payload.length + TRAILER_BYTES;
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('DHAV', 0, 'latin1');
  header.writeUInt8(KEY_VIDEO, 4);
  header.writeUInt32LE(number, 8);
  header.writeUInt32LE(length, 12);
  header.writeUInt32LE(0x5a21_0842 + Math.floor(number / FRAME_RATE), 16); // a date, the seconds in the lowest bits
  header.writeUInt16LE((number * 1000) / FRAME_RATE, 20);
  header.writeUInt8(extension.length, 22);
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.write('dhav', 0, 'latin1');
  trailer.writeUInt32LE(length, 4);
  return Buffer.concat([header, extension, payload, trailer]);
}
